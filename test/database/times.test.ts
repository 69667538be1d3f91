import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseOfFile } from '../support/database-of-file.ts'
import { openMirror } from '../support/mirror.ts'
import { application, job, post } from '../support/records.ts'
import { timeForms } from '../support/time-forms.ts'

const { db } = await databaseOfFile()

test('PostgreSQL stores each time as the instant that it stands for, and none costs its record', async () => {
  const mirror = await openMirror(db)
  const jobs = timeForms.map(([opened_at], n) => job(`j${n}`, { opened_at }))
  await mirror.commit('jobs', ...jobs)
  const rows = await mirror.ask<{ id: string; instant: string | null }>(
    `select remote_id as id, (opened_at at time zone 'UTC')::text as instant from ats.jobs where account = $account`,
  )
  assert.equal(rows.length, timeForms.length)
  const read = new Map(rows.map(({ id, instant }) => [id, instant]))
  for (const [n, [sent, instant]] of timeForms.entries())
    assert.equal(read.get(`j${n}`), asPrinted(instant), sent)
})

/** `2025-12-04 17:50:36.1`, PostgreSQL's own way. */
function asPrinted(instant: string | null): string | null {
  if (instant === null) return null
  return instant
    .replace('T', ' ')
    .replace('Z', '')
    .replace(/\.?0+( BC)?$/, '$1')
}

test('a deletion whose time cannot be stored is a deletion, at the time that it is noticed', async () => {
  const mirror = await openMirror(db)
  for (const deleted_at of ['-009999-01-01', '+999999-01-01T00:00:00Z', 'some day'])
    await mirror.commit('jobs', job(deleted_at, { deleted_at }))
  const { deleted } = await mirror.one<{ deleted: number }>(
    `select count(*)::int as deleted from ats.jobs
    where account = $account and remote_deleted_at between changed_at - interval '1 min' and changed_at`,
  )
  assert.equal(deleted, 3)
})

test('a time that cannot be stored comes last wherever times only order', async () => {
  const mirror = await openMirror(db)
  const unstorable = '+999999-01-01T00:00:00Z'
  await mirror.commit('jobs', job('j'))
  await mirror.commit(
    'job_posts',
    post('a', 'j', { first_published_at: '2020-01-01' }),
    post('b', 'j', { first_published_at: unstorable }),
  )
  await mirror.commit('candidates', {
    id: 'c',
    applications: [
      application('x', { candidate_id: 'c', applied_at: unstorable, source: { public_name: 'Far' } }),
      application('y', { candidate_id: 'c', applied_at: '2026-01-01', source: { public_name: 'Near' } }),
    ],
  })
  const seen = await mirror.one<{ description: string; source: string }>(
    `select j.description, c.source from ats.jobs j, ats.candidates c where j.account = $account and c.account = $account`,
  )
  assert.deepEqual(seen, { description: '<p>a</p>', source: 'Near' })
})
