import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { applyRetention, type RetentionLimits } from '../../src/database/retention/apply-retention.ts'
import type { StreamName } from '../../src/streams.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { nestedWords, personAsSent, personalWords } from '../support/deleted-person.ts'
import { type Mirror, openMirror } from '../support/mirror.ts'
import { findInDatabase } from '../support/search-database.ts'

const { db, owner: pool } = await databaseOfFile()

/** The only account with records: what is found in the database is found of it. */
let mirror: Mirror

beforeEach(async () => {
  await pool.query(
    'truncate sync.accounts, sync.runs, sync.rejected_records, ats.users, ats.jobs, ats.candidates cascade',
  )
  mirror = await openMirror(db)
  await mirror.commit('users', { id: 'u', first_name: 'Ana' })
  await mirror.commit('job_stages', { id: 's', name: 'Stage', job_id: 'j', priority: 1 })
  await mirror.commit('jobs', { id: 'j', name: 'Job', status: 'open' })
})

const deletedAt = '2026-01-01T00:00:00.000Z'
const days = (count: number) => new Date(Date.parse(deletedAt) + count * 86_400_000)

const apply = (afterDays: number | null, now: Date, limits?: Partial<RetentionLimits>) =>
  applyRetention(db, { account: mirror.account, afterDays, runsAfterDays: 30, now }, limits)

async function commit({ candidate, application, interview }: ReturnType<typeof personAsSent>): Promise<void> {
  await mirror.commit('candidates', { ...candidate, applications: [application] })
  await mirror.commit('applications', application)
  await mirror.commit('scheduled_interviews', interview)
}

const allWords = [...personalWords, ...nestedWords]
const personal = () => findInDatabase(pool, allWords)

const rowsAbout = () =>
  mirror.ask<Record<string, unknown>>(`
    select to_jsonb(c) - '{changed_at}'::text[] as candidate, to_jsonb(a) - '{changed_at}'::text[] as application,
      to_jsonb(i) - '{changed_at}'::text[] as interview
    from ats.candidates c full join ats.applications a on a.candidate_id = c.id
      full join ats.interviews i on i.application_id = a.id`)

describe('a record is of the deleted candidate', () => {
  const words = async () => await findInDatabase(pool, ['Quillfeather'])
  const place = { location: 'Quillfeather', video_conferencing_url: 'https://meet.example.com/Quillfeather' }
  const listing = { id: 'c', deleted_at: deletedAt, application_ids: ['a'] }
  const naming = { id: 'c', deleted_at: deletedAt }
  /** Streams with their records, in an order in which Gem may show them. */
  const cases: Record<string, readonly (readonly [StreamName, Record<string, unknown>])[]> = {
    'whom an interview names, whose application has no row': [
      ['candidates', naming],
      ['scheduled_interviews', { id: 'i', candidate_id: 'c', application_id: 'a', ...place }],
    ],
    'who lists the application that an interview names, and that has no row': [
      ['candidates', listing],
      ['scheduled_interviews', { id: 'i', application_id: 'a', ...place }],
    ],
    'whom the rejected application names that an interview names': [
      ['candidates', naming],
      ['applications', { id: 'a', candidate_id: 'c', status: 5, note: 'Quillfeather' }],
      ['scheduled_interviews', { id: 'i', application_id: 'a', ...place }],
    ],
    'whom the application names that an interview names': [
      ['candidates', naming],
      ['applications', { id: 'a', candidate_id: 'c', custom_fields: { note: 'Quillfeather' } }],
      ['scheduled_interviews', { id: 'i', application_id: 'a', ...place }],
    ],
    'who lists an application that names nobody': [
      ['candidates', listing],
      ['applications', { id: 'a', custom_fields: { note: 'Quillfeather' } }],
      ['scheduled_interviews', { id: 'i', application_id: 'a', ...place }],
    ],
    'who lists a rejected application that names nobody': [
      ['candidates', listing],
      ['applications', { id: 'a', status: 5, note: 'Quillfeather' }],
    ],
    'whose application a rejected interview names': [
      ['candidates', listing],
      ['scheduled_interviews', { id: 'i', application_id: 'a', start: 5, ...place }],
    ],
    'in whom a copy is embedded': [
      ['candidates', { ...naming, applications: [{ id: 'a', custom_fields: { note: 'Quillfeather' } }] }],
      ['scheduled_interviews', { id: 'i', application_id: 'a', ...place }],
    ],
  }

  for (const [whose, pages] of Object.entries(cases)) {
    test(`${whose}: it is redacted, and stays so however often it is read`, async () => {
      for (const [stream, record] of pages) await mirror.commit(stream, record)
      assert.notDeepEqual(await words(), [])
      await apply(30, days(30))
      assert.deepEqual(await words(), [])
      for (const [stream, record] of pages.toReversed()) await mirror.commit(stream, record)
      assert.deepEqual(await words(), [])
      const versions = await mirror.versions()
      assert.equal((await apply(30, days(31))).blanked, 0)
      assert.deepEqual(await mirror.versions(), versions)
    })

    test(`${whose}: it is not stored full, whatever the order in which the lists come`, async () => {
      await apply(30, days(30))
      for (const [stream, record] of pages) await mirror.commit(stream, record)
      assert.deepEqual(await words(), [])
    })

    test(`${whose}: it is redacted by the page that tells whose it is`, async () => {
      await apply(30, days(30))
      for (const [stream, record] of pages.toReversed()) await mirror.commit(stream, record)
      assert.deepEqual(await words(), [])
    })
  }

  test('and not of one who merely lists an application that its own row says is another’s', async () => {
    await mirror.commit('candidates', listing, { id: 'd', first_name: 'Dora' })
    await mirror.commit('applications', {
      id: 'a',
      candidate_id: 'd',
      custom_fields: { note: 'Quillfeather' },
    })
    await mirror.commit('scheduled_interviews', { id: 'i', application_id: 'a', ...place })
    const before = await words()
    await apply(30, days(30))
    assert.deepEqual(await words(), before)
    await mirror.commit('scheduled_interviews', {
      id: 'i',
      application_id: 'a',
      status: 'complete',
      ...place,
    })
    assert.deepEqual(await words(), before)
  })
})

describe('a candidate whose deletion was recorded long enough ago', () => {
  const deleted = personAsSent('c', { deleted_at: deletedAt })

  test('is blanked everywhere, and keeps ids, references, times and states', async () => {
    await commit(deleted)
    assert.equal((await personal()).length, allWords.length, 'each word is there at first')
    assert.deepEqual(await apply(30, days(30)), { blanked: 3, pruned: 0, done: true })
    assert.deepEqual(await personal(), [])
    const [row] = await rowsAbout()
    const { candidate, application, interview } = row as Record<string, Record<string, unknown>>
    assert.deepEqual(candidate?.remote_data, {
      ...{ id: 'c', application_ids: ['c-a'], is_private: false, deleted_at: deletedAt },
      ...{ created_at: '2025-01-01T00:00:00Z', updated_at: '2025-02-01T00:00:00Z' },
    })
    const { first_name, last_name, company, title, phone_numbers, email_addresses, social_media } = candidate
    assert.deepEqual([first_name, last_name, company, title], [null, null, null, null])
    assert.deepEqual([phone_numbers, email_addresses, social_media], [[], [], []])
    assert.deepEqual(candidate?.custom_fields, {
      tags: [],
      educations: [],
      employments: [],
      linked_user_ids: [],
    })
    assert.deepEqual([candidate?.source, candidate?.confidential], ['Job board', false])
    const { custom_fields: _, ...sent } = deleted.application
    assert.deepEqual(application?.remote_data, {
      ...sent,
      jobs: [{ id: 'j', name: 'Job' }],
      current_stage: { id: 's', name: 'Stage' },
      source: { id: 'so', public_name: 'Job board' },
      rejection_reason: { id: 'r', name: 'No match', type: { id: 't', name: 'We rejected' } },
    })
    assert.deepEqual(application?.custom_fields, {
      ...{ source: 'Job board', source_id: 'so', jobs: [{ id: 'j', name: 'Job' }], credited_to: null },
      ...{ job_post_id: null, rejection_reason_type: 'We rejected', gem: {} },
    })
    assert.deepEqual([application?.outcome, application?.rejection_reason_name], ['DECLINED', 'No match'])
    assert.equal(interview?.title, 'Phone screen')
    assert.deepEqual(Object.keys(interview?.remote_data as object).sort(), [
      ...['application_id', 'created_at', 'end', 'id', 'interview', 'start', 'status', 'updated_at'],
    ])
    assert.equal(await mirror.parentOf('applications', 'c-a', 'job_id', 'jobs'), 'j')
    assert.equal(await mirror.parentOf('applications', 'c-a', 'current_stage_id', 'application_stages'), 's')
    assert.equal(
      (await mirror.ask('select from ats.interviewing_team_members where account = $account')).length,
      1,
    )
  })

  test('is blanked as a change, once: neither a second time nor reading it again writes anything', async () => {
    await commit(deleted)
    assert.ok(await mirror.changes('candidates', 'c', () => apply(30, days(30))))
    const versions = await mirror.versions()
    assert.deepEqual(await apply(30, days(31)), { blanked: 0, pruned: 0, done: true })
    const { inserted, updated, unchanged } = await mirror.commit('candidates', deleted.candidate)
    assert.deepEqual([inserted, updated, unchanged], [0, 0, 1])
    await commit(deleted)
    assert.deepEqual(await mirror.versions(), versions)
    assert.deepEqual(await personal(), [])
  })

  test('moves changed_at only where a column differs', async () => {
    await commit(deleted)
    assert.ok(await mirror.changes('applications', 'c-a', () => apply(30, days(30))))
    await apply(null, days(30))
    await commit(deleted)
    assert.equal(await mirror.changes('interviews', 'c-i', () => apply(30, days(30))), false)
    assert.deepEqual(await personal(), [])
  })

  test('is never stored full once retention has looked, in whatever order the lists come', async () => {
    await apply(30, days(30))
    await mirror.commit('scheduled_interviews', deleted.interview)
    await mirror.commit('applications', deleted.application)
    const before = await personal()
    assert.ok(before.includes('answers in ink in ats.applications'), 'nobody knows yet whose it is')
    await mirror.commit('candidates', deleted.candidate)
    assert.deepEqual(await personal(), [])
    await commit(deleted)
    assert.deepEqual(await personal(), [])
  })

  test('is blanked with a mark whose time cannot be read, by the time at which it was noticed', async () => {
    const unreadable = personAsSent('c', { deleted_at: 'a while ago' })
    await commit(unreadable)
    const words = ['a while ago']
    const soon = new Date(Date.now() + 31 * 86_400_000)
    assert.deepEqual((await apply(30, new Date())).blanked, 0)
    await apply(30, soon)
    await commit(unreadable)
    assert.deepEqual(await personal(), [])
    assert.deepEqual(await findInDatabase(pool, words), ['a while ago in ats.candidates'])
  })

  test('comes back full as soon as it is no longer deleted', async () => {
    const alive = personAsSent('c')
    await commit(alive)
    const full = await rowsAbout()
    await commit(deleted)
    await apply(30, days(30))
    await mirror.commit('candidates', { ...alive.candidate, applications: [alive.application] })
    await mirror.commit('scheduled_interviews', alive.interview)
    assert.deepEqual(await rowsAbout(), full)
    await apply(30, days(60))
    assert.deepEqual(await rowsAbout(), full)
  })

  test('comes back with the next reading after retention was turned off, or its time made longer', async () => {
    for (const afterDays of [null, 40]) {
      await commit(deleted)
      await apply(30, days(30))
      await commit(deleted)
      assert.deepEqual(await personal(), [])
      await apply(afterDays, days(30))
      assert.deepEqual(await personal(), [])
      await commit(deleted)
      assert.equal((await personal()).length, allWords.length)
      await apply(30, days(30))
      assert.deepEqual(await personal(), [], 'and goes again, once it is turned on')
    }
  })

  test('takes the application along that is handed to it', async () => {
    const other = personAsSent('d')
    await mirror.commit('candidates', deleted.candidate)
    await mirror.commit('applications', other.application)
    await mirror.commit('scheduled_interviews', other.interview)
    await apply(30, days(30))
    await mirror.commit('applications', { ...other.application, candidate_id: 'c', status: 'hired' })
    assert.deepEqual(await personal(), [])
  })
})

describe('retention', () => {
  test('leaves those alone who are there, or whose deletion is not old enough, to the millisecond', async () => {
    await commit(personAsSent('alive'))
    await commit(personAsSent('recent', { deleted_at: deletedAt }))
    const full = await rowsAbout()
    assert.equal((await apply(30, new Date(days(30).getTime() - 1))).blanked, 0)
    assert.deepEqual(await rowsAbout(), full)
    assert.equal((await apply(30, days(30))).blanked, 3)
  })

  test('leaves other accounts alone', async () => {
    const other = await openMirror(db)
    const { candidate } = personAsSent('c', { deleted_at: deletedAt })
    await other.commit('candidates', candidate)
    await mirror.commit('candidates', candidate)
    assert.equal((await apply(30, days(30))).blanked, 1)
    await other.commit('candidates', candidate)
    assert.equal(
      (await other.one<{ title: string }>('select title from ats.candidates where account = $account')).title,
      'Lampwright',
    )
  })

  test('works in batches, stops when its time is up, and goes on from there', async () => {
    const persons = [1, 2, 3, 4, 5].map((n) => personAsSent(`c${n}`, { deleted_at: deletedAt }))
    for (const person of persons) await commit(person)
    assert.deepEqual(await apply(30, days(30), { mostMs: 0 }), { blanked: 0, pruned: 0, done: false })
    const full = await personal()
    assert.equal(full.length, allWords.length)
    await mirror.commit('candidates', { ...persons[0]?.candidate, title: 'Smith' })
    assert.deepEqual(await apply(30, days(30), { batch: 2 }), { blanked: 12, pruned: 0, done: true })
    assert.deepEqual(await personal(), [])
  })

  test('goes through deletions of one moment and of several', async () => {
    const moments = [...Array(5).fill(deletedAt), '2026-01-01T00:00:00.000001Z', '2025-12-01', '2025-12-31']
    const candidates = moments.map((deleted_at, n) => personAsSent(`c${n}`, { deleted_at }).candidate)
    await mirror.commit('candidates', ...candidates)
    assert.deepEqual(await apply(30, days(31), { batch: 3 }), { blanked: 8, pruned: 0, done: true })
    assert.deepEqual(await personal(), [])
  })

  test('looks no further back than it has come', async () => {
    await commit(personAsSent('c', { deleted_at: deletedAt }))
    await apply(30, days(30))
    // Nobody else writes here; whoever did would have to wait for the next reading.
    await pool.query(`update ats.candidates set title = 'Lampwright'`)
    assert.equal((await apply(30, days(40))).blanked, 0)
    await mirror.commit('candidates', personAsSent('c', { deleted_at: deletedAt }).candidate)
    assert.deepEqual(await personal(), [])
  })

  test('fails for an account that has been removed', async () => {
    await pool.query('delete from sync.accounts where account = $1', [mirror.account])
    await assert.rejects(apply(30, days(30)), /has been removed/)
  })
})
