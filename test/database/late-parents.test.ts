import assert from 'node:assert/strict'
import { before, beforeEach, describe, test } from 'node:test'
import { databaseOfFile } from '../support/database-of-file.ts'
import { type Mirror, openMirror } from '../support/mirror.ts'
import { application, interview, job, post, stage, user } from '../support/records.ts'
import { refuseRows } from '../support/refuse-rows.ts'

const { db, owner } = await databaseOfFile()

/** A new account for each test. */
let mirror: Mirror
beforeEach(async () => {
  mirror = await openMirror(db)
})

describe('a parent that comes later', () => {
  test('is filled in, as a change: the job of a posting', async () => {
    await mirror.commit('job_posts', post('p', 'j'))
    assert.equal(await mirror.parentOf('job_postings', 'p', 'job_id', 'jobs'), null)
    assert.ok(await mirror.changes('job_postings', 'p', () => mirror.commit('jobs', job('j'))))
    assert.equal(await mirror.parentOf('job_postings', 'p', 'job_id', 'jobs'), 'j')
    const { description } = await mirror.one<{ description: string }>(
      'select description from ats.jobs where account = $account',
    )
    assert.equal(description, '<p>p</p>', 'the job knew its posting at once')
  })

  test('is filled in, as a change: the application of an interview', async () => {
    await mirror.commit('scheduled_interviews', interview('i', 'a'))
    assert.equal(await mirror.parentOf('interviews', 'i', 'application_id', 'applications'), null)
    const act = () => mirror.commit('applications', application('a'))
    assert.ok(await mirror.changes('interviews', 'i', act))
    assert.equal(await mirror.parentOf('interviews', 'i', 'application_id', 'applications'), 'a')
  })

  test('is filled in even if it is deleted', async () => {
    await mirror.commit('job_posts', post('p', 'j'))
    await mirror.commit('jobs', job('j', { deleted_at: '2026-01-01' }))
    assert.equal(await mirror.parentOf('job_postings', 'p', 'job_id', 'jobs'), 'j')
  })

  test('is not filled in where the child no longer names it', async () => {
    await mirror.commit('job_posts', post('p', 'j'))
    await mirror.commit('job_posts', post('p', 'other'))
    await mirror.commit('jobs', job('j'))
    assert.equal(await mirror.parentOf('job_postings', 'p', 'job_id', 'jobs'), null)
    await mirror.commit('jobs', job('other'))
    assert.equal(await mirror.parentOf('job_postings', 'p', 'job_id', 'jobs'), 'other')
  })

  test('is not filled in where the child has found another parent meanwhile, or names none', async () => {
    await mirror.commit('jobs', job('there'))
    for (const [id, now] of [
      ['p', 'there'],
      ['q', null],
    ] as const) {
      await mirror.commit('job_posts', post(id, 'j'))
      await mirror.commit('job_posts', { ...post(id, 'j'), job_id: now })
    }
    await mirror.commit('jobs', job('j'))
    assert.equal(await mirror.parentOf('job_postings', 'p', 'job_id', 'jobs'), 'there')
    assert.equal(await mirror.parentOf('job_postings', 'q', 'job_id', 'jobs'), null)
  })

  test('leaves other accounts alone', async () => {
    const other = await openMirror(db)
    await mirror.commit('job_posts', post('p', 'j'))
    await other.commit('jobs', job('j'))
    assert.equal(await mirror.parentOf('job_postings', 'p', 'job_id', 'jobs'), null)
  })
})

describe('a member of a hiring team', () => {
  const team = () =>
    mirror.ask<{ user: string; roles: string[]; gone: boolean }>(
      `select u.remote_id as user, m.roles, m.remote_deleted_at is not null as gone
      from ats.job_hiring_team_members m join ats.users u on u.id = m.user_id where m.account = $account order by 1`,
    )
  const recruiting = (...ids: string[]) =>
    job('j', { hiring_team: { recruiters: ids.map((id) => ({ id })), hiring_managers: [{ id: 'u' }] } })

  test('waits for its user', async () => {
    await mirror.commit('jobs', recruiting('u'))
    assert.deepEqual(await team(), [])
    await mirror.commit('users', user('u'))
    assert.deepEqual(await team(), [{ user: 'u', roles: ['HIRING_MANAGER', 'RECRUITER'], gone: false }])
  })

  test('that left before its user came never has a row', async () => {
    await mirror.commit('jobs', recruiting('u', 'v'))
    await mirror.commit('jobs', recruiting('u'))
    await mirror.commit('users', user('u'), user('v'))
    assert.deepEqual(
      (await team()).map((member) => member.user),
      ['u'],
    )
  })

  test('gets the roles that the job says last, although its user came later', async () => {
    await mirror.commit('jobs', recruiting('u'))
    await mirror.commit('jobs', recruiting('v'))
    await mirror.commit('users', user('u'))
    assert.deepEqual(await team(), [{ user: 'u', roles: ['HIRING_MANAGER'], gone: false }])
  })

  test('that is gone keeps its row with a mark, and loses the mark when it is back', async () => {
    await mirror.commit('users', user('u'), user('v'))
    await mirror.commit('jobs', recruiting('v'))
    await mirror.commit('jobs', recruiting())
    assert.deepEqual(await team(), [
      { user: 'u', roles: ['HIRING_MANAGER'], gone: false },
      { user: 'v', roles: ['RECRUITER'], gone: true },
    ])
    await mirror.commit('jobs', recruiting('v'))
    assert.deepEqual((await team())[1], { user: 'v', roles: ['RECRUITER'], gone: false })
  })
})

describe('an interviewer', () => {
  test('waits for its user, and for nothing else', async () => {
    const interviewers = [{ id: 'u' }, { id: 'v' }, { id: 'u' }]
    await mirror.commit('users', user('v'))
    await mirror.commit('scheduled_interviews', interview('i', 'nobody', { interviewers }))
    const members = () =>
      mirror.ask<{ user: string }>(
        `select u.remote_id as user from ats.interviewing_team_members m join ats.users u on u.id = m.user_id
        where m.account = $account order by 1`,
      )
    assert.deepEqual(await members(), [{ user: 'v' }])
    await mirror.commit('users', user('u'))
    assert.deepEqual(await members(), [{ user: 'u' }, { user: 'v' }])
  })
})

describe('a page with several copies of one record', () => {
  before(() => refuseRows(owner, 'application_stages', 'global_index = 666'))

  test('keeps the last, also if PostgreSQL refuses another record of the page, and changes nothing when it comes again', async () => {
    const page = [
      stage('s', 'j', { name: 'First' }),
      stage('refused', 'j', { priority: 666 }),
      stage('s', 'j', { name: 'Second' }),
    ]
    const first = await mirror.commit('job_stages', ...page)
    assert.deepEqual([first.inserted, first.rejected], [1, 1])
    const versions = await mirror.versions()
    await mirror.commit('job_stages', ...page)
    assert.deepEqual(await mirror.versions(), versions)
    const { name } = await mirror.one<{ name: string }>(
      'select name from ats.application_stages where account = $account',
    )
    assert.equal(name, 'Second')
  })

  test('keeps the last that PostgreSQL takes, and the other is rejected', async () => {
    await mirror.commit('job_stages', stage('s', 'j', { name: 'First' }), stage('s', 'j', { priority: 666 }))
    const { name } = await mirror.one<{ name: string }>(
      'select name from ats.application_stages where account = $account',
    )
    assert.equal(name, 'First')
    const rejected = await mirror.ask(
      `select remote_id, reason from sync.rejected_records where account = $account and resolved_at is null`,
    )
    assert.deepEqual(rejected, [
      { remote_id: 's', reason: 'PostgreSQL refuses a value: a value is not one of those allowed (23514)' },
    ])
  })
})
