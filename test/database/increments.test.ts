/** What readers of increments may rely on: docs/sql.md. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseOfFile } from '../support/database-of-file.ts'
import { heldUp } from '../support/held-up.ts'
import { type Mirror, openMirror } from '../support/mirror.ts'
import { waitsForLock } from '../support/waits-for-lock.ts'

const { database, db, owner } = await databaseOfFile()

const job = (id: string, name: string) => ({ id, name, status: 'open' })

/** As a reader sees them who reads everything from a time on. */
async function readSince(highWater: string, overlap = '0 s') {
  const { rows } = await owner.query<{ name: string; at: string }>(
    `select name, changed_at::text as at
     from (select name, changed_at, id from ats.jobs union all select first_name, changed_at, id from ats.users) r
     where changed_at >= $1::timestamptz - $2::interval order by changed_at, id`,
    [highWater, overlap],
  )
  return rows
}

/** A page whose transaction has taken its time, and then stands still before it can commit. */
async function heldUpPage(mirror: Mirror, id: string): Promise<{ release(): Promise<void> }> {
  await mirror.commit('jobs', job(id, 'first'))
  const rows = { text: 'select from ats.jobs where remote_id = $1', values: [id] }
  return await heldUp({ database, owner }, rows, () => mirror.commit('jobs', job(id, 'held up')))
}

test("within an account no row shows up behind one that was seen before: commits follow each other's clock", async () => {
  const mirror = await openMirror(db)
  const slow = await heldUpPage(mirror, 'within-1')
  const next = mirror.commit('users', { id: 'within-2', first_name: 'later' })
  // It waits for the account before it looks at the clock.
  await waitsForLock(database.ownerUrl, database.name, 2)
  const before = await readSince('-infinity')
  assert.deepEqual(
    before.map(({ name }) => name),
    ['first'],
  )
  const { rows } = await owner.query<{ now: string }>('select clock_timestamp()::text as now')
  await slow.release()
  await next
  const seen = await readSince(before[0]!.at)
  assert.deepEqual(
    seen.map(({ name }) => name),
    ['held up', 'later'],
  )
  assert.ok(seen[0]!.at < rows[0]!.now && rows[0]!.now < seen[1]!.at)
})

test('across accounts a row may show up behind one that was seen before: the overlap brings it', async () => {
  const acme = await openMirror(db)
  const beta = await openMirror(db)
  const slow = await heldUpPage(acme, 'across-1')
  await beta.commit('jobs', job('across-2', 'of another account'))
  const highWater = (await readSince('-infinity')).at(-1)!
  assert.equal(highWater.name, 'of another account')
  await slow.release()
  const names = async (overlap: string) => (await readSince(highWater.at, overlap)).map(({ name }) => name)
  assert.ok(!(await names('0 s')).includes('held up'), 'a reader without an overlap loses it')
  assert.ok((await names('10 min')).includes('held up'))
})
