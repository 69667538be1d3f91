import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { applyRetention } from '../../src/database/retention/apply-retention.ts'
import type { StreamName } from '../../src/streams.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { type Mirror, openMirror } from '../support/mirror.ts'
import { findInDatabase } from '../support/search-database.ts'

const { db, owner: pool } = await databaseOfFile()

let mirror: Mirror

beforeEach(async () => {
  await pool.query('truncate sync.accounts, sync.runs, sync.rejected_records, ats.candidates cascade')
  mirror = await openMirror(db)
})

const deletedAt = '2026-01-01T00:00:00Z'
/** The deletion above is due; nothing that PostgreSQL's clock has noted since is. */
const today = new Date()
const inSixWeeks = new Date(today.getTime() + 42 * 86_400_000)

const apply = (now: Date) =>
  applyRetention(db, { account: mirror.account, afterDays: 30, runsAfterDays: 30, now })

const secret = () => findInDatabase(pool, ['Quillfeather'])
const inRejects = ['Quillfeather in sync.rejected_records']

interface Entry {
  readonly stream: StreamName
  readonly remote_id: string | null
  readonly reason: string
  readonly raw: unknown
}

const entries = () =>
  mirror.ask<Entry>(`select stream, remote_id, reason, raw from sync.rejected_records
    where account = $account order by stream, remote_id`)

/** Each is of a deleted candidate `c`, and cannot be mapped. */
const rejects: readonly (readonly [string, StreamName, Record<string, unknown>])[] = [
  [
    'the candidate',
    'candidates',
    { id: 'c', first_name: 5, last_name: 'Quillfeather', deleted_at: deletedAt },
  ],
  [
    'an application that names the candidate',
    'applications',
    { id: 'new', candidate_id: 'c', status: 5, note: 'Quillfeather' },
  ],
  ['an application that has a row', 'applications', { id: 'a', status: 5, note: 'Quillfeather' }],
  [
    'an interview that names the application',
    'scheduled_interviews',
    { id: 'new', application_id: 'a', start: 5, location: 'Quillfeather' },
  ],
  [
    'an interview that names the candidate',
    'scheduled_interviews',
    { id: 'new', candidate_id: 'c', start: 5, location: 'Quillfeather' },
  ],
  ['an interview that has a row', 'scheduled_interviews', { id: 'i', start: 5, location: 'Quillfeather' }],
]

describe('a rejected record of a deleted candidate', () => {
  beforeEach(async () => {
    await mirror.commit('candidates', { id: 'c', deleted_at: deletedAt })
    await mirror.commit('applications', { id: 'a', candidate_id: 'c', status: 'active' })
    await mirror.commit('scheduled_interviews', { id: 'i', application_id: 'a' })
  })

  for (const [what, stream, raw] of rejects) {
    test(`is blanked, and not kept again when it is read again: ${what}`, async () => {
      await mirror.commit(stream, raw)
      const [rejected] = await entries()
      assert.deepEqual([rejected?.raw, await secret()], [raw, inRejects])
      assert.equal((await apply(today)).blanked > 0, true)
      const redacted = { id: raw.id, ...('candidate_id' in raw ? { candidate_id: raw.candidate_id } : {}) }
      assert.deepEqual(await secret(), [])
      assert.deepEqual(await entries(), [{ ...rejected, raw: redacted }])
      await mirror.commit(stream, raw)
      assert.deepEqual(await secret(), [])
      assert.deepEqual(await entries(), [{ ...rejected, raw: redacted }])
      assert.equal((await apply(today)).blanked, 0)
    })
  }

  test('is never kept of a copy that the candidate embeds', async () => {
    await apply(today)
    const copy = { id: 'embedded', status: 5, note: 'Quillfeather' }
    await mirror.commit('candidates', {
      id: 'c',
      deleted_at: deletedAt,
      applications: [copy, { note: 'Quillfeather' }],
    })
    assert.deepEqual(
      (await entries()).map(({ raw }) => raw),
      [{ id: 'embedded' }, { id: null }],
    )
    assert.deepEqual(await secret(), [])
  })

  test('is never kept of one who could never be mapped, once retention has looked', async () => {
    await apply(today)
    const unmapped = { id: 'x', first_name: 5, last_name: 'Quillfeather', deleted_at: deletedAt }
    await mirror.commit('candidates', unmapped, { ...unmapped, id: 7 }, { ...unmapped, id: 8 })
    assert.deepEqual(await secret(), [])
    await mirror.commit('candidates', unmapped, { ...unmapped, id: 7 }, { ...unmapped, id: 8 })
    assert.equal((await entries()).length, 2, 'those without a readable id are one')
    await mirror.commit('candidates', { ...unmapped, deleted_at: null })
    assert.deepEqual(await secret(), inRejects)
  })

  test('is blanked although nobody knows whose it is, once no sync has shown it for as long', async () => {
    await mirror.commit(
      'applications',
      { id: 'unknown', status: 5, note: 'Quillfeather' },
      { note: 'Quillfeather' },
    )
    await apply(today)
    assert.equal((await entries()).length, 2)
    assert.deepEqual(await secret(), inRejects)
    await apply(inSixWeeks)
    assert.deepEqual(await secret(), [])
    assert.deepEqual(
      (await entries()).map(({ remote_id, raw }) => [remote_id, raw]),
      [['unknown', { id: 'unknown' }]],
    )
  })

  test('is not told by a number, whatever its digits: it is nobody’s id', async () => {
    await mirror.commit('candidates', { id: '7', deleted_at: deletedAt })
    await mirror.commit('applications', { id: 'wrong', candidate_id: 7, note: 'Quillfeather' })
    await mirror.commit('scheduled_interviews', { id: 'wrong', application_id: 7, location: 'Quillfeather' })
    assert.equal((await apply(today)).blanked, 0)
    assert.deepEqual(await secret(), inRejects)
  })

  test('leaves records alone that are not about candidates', async () => {
    await mirror.commit('users', { id: 'u', first_name: 5, last_name: 'Quillfeather' })
    await apply(inSixWeeks)
    assert.deepEqual(await secret(), inRejects)
  })
})

describe('a rejected record that is resolved', () => {
  test('keeps its reason, and nothing of what Gem had sent', async () => {
    await mirror.commit('candidates', { id: 'c', first_name: 5, last_name: 'Quillfeather' })
    assert.deepEqual(await secret(), inRejects)
    await mirror.commit('candidates', { id: 'c', first_name: null, last_name: null })
    assert.deepEqual(await secret(), [])
    const [entry] = await entries()
    assert.deepEqual([entry?.raw, entry?.reason], [null, 'first_name: expected string, received number'])
  })
})
