import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { refreshCandidateSources } from '../../src/database/derived/candidate-sources.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { type Mirror, openMirror } from '../support/mirror.ts'
import { application, type Fields, interview, job, post, stage } from '../support/records.ts'
import { uniqueName } from '../support/temporal.ts'

const { db } = await databaseOfFile()

/** A new account for each test. */
let mirror: Mirror
beforeEach(async () => {
  mirror = await openMirror(db)
})

describe('the stage of an interview', () => {
  const stageOf = () => mirror.parentOf('interviews', 'i', 'stage_id', 'application_stages')
  const planned = (item: string, definition = 'd') => ({
    interviews: [{ id: definition, job_stage_interview_item_id: item }],
  })
  const held = { interview: { id: 'd' }, job_stage_interview_item_id: 'item' }

  test('is known as soon as the stage that plans its item comes', async () => {
    await mirror.commit('scheduled_interviews', interview('i', 'a', held))
    assert.equal(await stageOf(), null)
    assert.ok(
      await mirror.changes('interviews', 'i', () =>
        mirror.commit('job_stages', stage('s', 'j', planned('item'))),
      ),
    )
    assert.equal(await stageOf(), 's')
  })

  test('is no more when the item leaves the plan', async () => {
    await mirror.commit('job_stages', stage('s', 'j', planned('item')))
    await mirror.commit('scheduled_interviews', interview('i', 'a', held))
    const act = () => mirror.commit('job_stages', stage('s', 'j', planned('another', 'other')))
    assert.ok(await mirror.changes('interviews', 'i', act))
    assert.equal(await stageOf(), null)
  })

  test('is no change when the plan changes in another place', async () => {
    await mirror.commit('job_stages', stage('s', 'j', planned('item')))
    await mirror.commit('scheduled_interviews', interview('i', 'a', held))
    const { interviews } = planned('item')
    const longer = { interviews: [...interviews, { id: 'e', job_stage_interview_item_id: 'second' }] }
    const act = () => mirror.commit('job_stages', stage('s', 'j', longer))
    assert.equal(await mirror.changes('interviews', 'i', act), false)
  })

  test('follows the item to another stage, whichever of the two comes first', async () => {
    await mirror.commit('job_stages', stage('s', 'j', planned('item')), stage('t', 'j'))
    await mirror.commit('scheduled_interviews', interview('i', 'a', held))
    await mirror.commit('job_stages', stage('s', 'j'))
    await mirror.commit('job_stages', stage('t', 'j', planned('item')))
    assert.equal(await stageOf(), 't')
    await mirror.commit('job_stages', stage('s', 'j', planned('item')))
    await mirror.commit('job_stages', stage('t', 'j'))
    assert.equal(await stageOf(), 's')
  })

  test('stays when its stage is deleted', async () => {
    await mirror.commit('job_stages', stage('s', 'j', planned('item')))
    await mirror.commit('scheduled_interviews', interview('i', 'a', held))
    const deleted = stage('s', 'j', { ...planned('item'), deleted_at: '2026-01-01' })
    assert.equal(await mirror.changes('interviews', 'i', () => mirror.commit('job_stages', deleted)), false)
    assert.equal(await stageOf(), 's')
  })

  test('is the only one of its application’s job that plans the interview, whenever job and application come', async () => {
    await mirror.commit('job_stages', stage('s', 'j', planned('one')), stage('other', 'k', planned('two')))
    await mirror.commit('scheduled_interviews', interview('i', 'a', { interview: { id: 'd' } }))
    await mirror.commit('applications', application('a', { jobs: [{ id: 'j' }] }))
    assert.equal(await stageOf(), null, 'the job has no row yet')
    await mirror.commit('jobs', job('j'), job('k'))
    assert.equal(await stageOf(), 's')
    await mirror.commit('applications', application('a', { jobs: [{ id: 'k' }] }))
    assert.equal(await stageOf(), 'other')
    await mirror.commit('job_stages', stage('second', 'k', planned('three')))
    assert.equal(await stageOf(), null, 'two stages of the job plan it')
    await mirror.commit('job_stages', stage('second', 'j', planned('three')))
    assert.equal(await stageOf(), 'other', 'the second one has moved to another job')
  })
})

describe('an application of several jobs', () => {
  const several = { jobs: [{ id: 'j' }, { id: 'k' }], current_stage: { id: 's' } }
  const jobOf = () => mirror.parentOf('applications', 'a', 'job_id', 'jobs')

  test('is the first one’s until the stage comes that says otherwise', async () => {
    await mirror.commit('jobs', job('j'), job('k'))
    await mirror.commit('applications', application('a', several))
    assert.equal(await jobOf(), 'j')
    assert.ok(await mirror.changes('applications', 'a', () => mirror.commit('job_stages', stage('s', 'k'))))
    assert.equal(await jobOf(), 'k')
  })

  test('follows its stage to another job, and falls back to the first', async () => {
    await mirror.commit('jobs', job('j'), job('k'))
    await mirror.commit('job_stages', stage('s', 'k'))
    await mirror.commit('applications', application('a', several))
    assert.equal(await jobOf(), 'k')
    await mirror.commit('job_stages', stage('s', 'none of them'))
    assert.equal(await jobOf(), 'j')
    await mirror.commit('job_stages', stage('s', 'k'))
    assert.equal(await jobOf(), 'k')
  })

  test('waits for the job that its stage chooses, not for the first', async () => {
    await mirror.commit('job_stages', stage('s', 'k'))
    await mirror.commit('applications', application('a', several))
    await mirror.commit('jobs', job('j'))
    assert.equal(await jobOf(), null)
    await mirror.commit('jobs', job('k'))
    assert.equal(await jobOf(), 'k')
  })

  test('is that of the only one once the others are gone', async () => {
    await mirror.commit('jobs', job('j'), job('k'))
    await mirror.commit('job_stages', stage('s', 'k'))
    await mirror.commit('applications', application('a', several))
    await mirror.commit('applications', application('a', { ...several, jobs: [{ id: 'j' }] }))
    assert.equal(await jobOf(), 'j')
    await mirror.commit('job_stages', stage('s', 'j'), stage('t', 'k'))
    assert.equal(await jobOf(), 'j')
  })
})

describe("a candidate's source", () => {
  const sourceOf = async () => {
    const row = await mirror.one<{ source: string | null }>(
      `select source from ats.candidates where account = $account and remote_id = 'c'`,
    )
    return row.source
  }
  const from = (id: string, name: string, fields: Fields = {}) =>
    application(id, {
      candidate_id: 'c',
      source: { public_name: name },
      applied_at: `2026-01-0${id}`,
      ...fields,
    })

  test('is that of the initial application, in whatever order they come', async () => {
    await mirror.commit('applications', from('2', 'Later'))
    await mirror.commit('candidates', { id: 'c' })
    assert.equal(await sourceOf(), 'Later')
    assert.ok(
      await mirror.changes('candidates', 'c', () => mirror.commit('applications', from('1', 'First'))),
    )
    assert.equal(await sourceOf(), 'First')
    await mirror.commit('applications', from('3', 'Last'))
    assert.equal(await sourceOf(), 'First')
  })

  test('follows when the initial application changes its source', async () => {
    await mirror.commit('candidates', { id: 'c' })
    await mirror.commit('applications', from('1', 'Before'), from('2', 'Later'))
    const act = () => mirror.commit('applications', from('1', 'After'))
    assert.ok(await mirror.changes('candidates', 'c', act))
    assert.equal(await sourceOf(), 'After')
  })

  test('is the next one’s while the initial application is deleted, and returns with it', async () => {
    await mirror.commit('candidates', { id: 'c' })
    await mirror.commit('applications', from('1', 'First'), from('2', 'Later'))
    await mirror.commit('applications', from('1', 'First', { deleted_at: '2026-02-01' }))
    assert.equal(await sourceOf(), 'Later')
    await mirror.commit('applications', from('2', 'Later', { deleted_at: '2026-02-01' }))
    assert.equal(await sourceOf(), 'First', 'a deleted one counts if there is no other')
    await mirror.commit('applications', from('2', 'Later'))
    assert.equal(await sourceOf(), 'Later')
    await mirror.commit('applications', from('1', 'First'))
    assert.equal(await sourceOf(), 'First')
  })

  test('leaves a candidate with an application that moves to another', async () => {
    await mirror.commit('candidates', { id: 'c' }, { id: 'd' })
    await mirror.commit('applications', from('1', 'First'), from('2', 'Later'))
    await mirror.commit('applications', from('1', 'First', { candidate_id: 'd' }))
    assert.equal(await sourceOf(), 'Later')
    await mirror.commit('applications', from('2', 'Later', { candidate_id: 'd' }))
    assert.equal(await sourceOf(), null)
  })

  test('is foreseen of the applications that come along as it is computed of those that are stored', async () => {
    // In UTF-16 these are the other way round.
    const last = ['\u{ff5e}', '\u{1f600}']
    const copyOf = (ids: readonly string[]) =>
      fc.record(
        {
          id: fc.constantFrom(...ids),
          candidate_id: fc.constantFrom('c', 'd'),
          source: fc.record({ public_name: fc.stringMatching(/^[A-Z]{4}$/) }),
          applied_at: fc.constantFrom('2026-01-01', '0000-01-01', '+012026-01-01', null),
          deleted_at: fc.constantFrom(null, null, '2026-02-01'),
          last_activity_at: fc.constantFrom('2026-01-05', '2026-01-06'),
        },
        { requiredKeys: ['id', 'source', 'applied_at'] },
      )
    const candidate = (id: string) => {
      const copies = copyOf([`${id}1`, ...last.map((end) => id + end)])
      const each = { selector: (copy: { readonly id: string }) => copy.id, maxLength: 3 }
      const often = fc.array(copyOf(['c1', 'd1', `${id}2`]), { maxLength: 3 })
      return fc.record({
        id: fc.constant(id),
        applications: fc.oneof({ weight: 3, arbitrary: fc.uniqueArray(copies, each) }, often),
      })
    }
    const page = fc.tuple(candidate('c'), candidate('d'))
    await fc.assert(
      fc.asyncProperty(page, page, fc.boolean(), async (first, second, lazily) => {
        const { account, commit, ask } = await openMirror(db, uniqueName('acme'), { lazily })
        for (const candidates of [first, second]) {
          await commit('candidates', ...candidates)
          const read = () =>
            ask<{ id: string; source: string | null }>(
              'select id, source from ats.candidates where account = $account order by id',
            )
          const written = await read()
          const ids = written.map(({ id }) => id)
          await refreshCandidateSources(db, { account, now: new Date().toISOString() }, ids)
          assert.deepEqual(await read(), written)
        }
      }),
      { numRuns: 150 },
    )
  })

  test('does not change when nothing of it did', async () => {
    await mirror.commit('candidates', { id: 'c' })
    await mirror.commit('applications', from('1', 'First'))
    const act = () => mirror.commit('applications', from('1', 'First', { status: 'hired' }))
    assert.equal(await mirror.changes('candidates', 'c', act), false)
  })
})

describe("a job's description", () => {
  const descriptionOf = async (id = 'j') => {
    const row = await mirror.one<{ description: string | null }>(
      `select description from ats.jobs where account = $account and remote_id = '${id}'`,
    )
    return row.description
  }

  test('is that of the posting that was published last, and follows when that is unpublished', async () => {
    await mirror.commit('jobs', job('j'))
    await mirror.commit('job_posts', post('old', 'j'), post('new', 'j', { first_published_at: '2026-02-01' }))
    assert.equal(await descriptionOf(), '<p>new</p>')
    const unpublished = post('new', 'j', { first_published_at: '2026-02-01', live: false })
    assert.ok(await mirror.changes('jobs', 'j', () => mirror.commit('job_posts', unpublished)))
    assert.equal(await descriptionOf(), '<p>old</p>')
    await mirror.commit('job_posts', post('old', 'j', { deleted_at: '2026-03-01' }))
    assert.equal(await descriptionOf(), null)
  })

  test('follows when another posting is published, or published again', async () => {
    await mirror.commit('jobs', job('j'))
    await mirror.commit('job_posts', post('p', 'j'))
    const draft = post('q', 'j', { live: false, first_published_at: null })
    await mirror.commit('job_posts', draft)
    assert.equal(await descriptionOf(), '<p>p</p>')
    await mirror.commit('job_posts', { ...draft, live: true, first_published_at: '2026-02-01' })
    assert.equal(await descriptionOf(), '<p>q</p>')
    await mirror.commit('job_posts', post('p', 'j', { first_published_at: '2026-03-01' }))
    assert.equal(await descriptionOf(), '<p>p</p>')
  })

  test('follows when a posting moves to another job', async () => {
    await mirror.commit('jobs', job('j'), job('k'))
    await mirror.commit('job_posts', post('p', 'j'))
    await mirror.commit('job_posts', post('p', 'k'))
    assert.deepEqual([await descriptionOf('j'), await descriptionOf('k')], [null, '<p>p</p>'])
  })

  test('stays when the job itself changes', async () => {
    await mirror.commit('job_posts', post('p', 'j'))
    await mirror.commit('jobs', job('j'))
    await mirror.commit('jobs', job('j', { name: 'Another name' }))
    assert.equal(await descriptionOf(), '<p>p</p>')
  })
})
