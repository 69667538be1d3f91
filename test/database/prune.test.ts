import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import type { RunState } from '../../src/database/database-types.ts'
import { applyRetention } from '../../src/database/retention/apply-retention.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { addBareAccount } from '../support/direct-sync.ts'

const { db } = await databaseOfFile()

let account: string
beforeEach(async () => {
  account = await addBareAccount(db)
})

const now = new Date('2026-06-01T00:00:00Z')
const daysAgo = (days: number) => new Date(now.getTime() - days * 86_400_000)
const apply = (batch = 500) =>
  applyRetention(db, { account, now, afterDays: null, runsAfterDays: 30 }, { batch })

async function addRun(of: string, days: number, state: RunState = 'SUCCEEDED'): Promise<string> {
  const id = randomUUID()
  const [begun, ended] = [daysAgo(days + 1), state === 'RUNNING' ? null : daysAgo(days)]
  await sql`
    insert into sync.runs (id, account, mode, trigger, models, state, started_at, finished_at)
    values (${id}, ${of}, 'full', 'schedule', '{}', ${state}, ${begun}, ${ended})`.execute(db)
  await sql`
    insert into sync.run_streams (run_id, stream, state, started_at) values (${id}, 'users', 'SUCCEEDED', ${begun})`.execute(
    db,
  )
  return id
}

async function left(of = account): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select r.id from sync.runs r join sync.run_streams s on s.run_id = r.id where account = ${of}`.execute(db)
  return rows.map(({ id }) => id).sort()
}

describe('pruning', () => {
  test('deletes runs that ended so many days ago, with their streams, and no others', async () => {
    const other = await addBareAccount(db)
    await addRun(account, 30)
    await addRun(account, 300, 'FAILED')
    const recent = await addRun(account, 29)
    const others = await addRun(other, 300)
    assert.deepEqual(await apply(), { blanked: 0, pruned: 2, done: true })
    assert.deepEqual(await left(), [recent])
    assert.deepEqual(await left(other), [others])
    const { rows } = await sql`
      select from sync.run_streams where run_id not in (select id from sync.runs)`.execute(db)
    assert.equal(rows.length, 0)
  })

  test('never deletes a run under way, however long it has been', async () => {
    const running = await addRun(account, 300, 'RUNNING')
    await apply()
    assert.deepEqual(await left(), [running])
  })

  test('leaves the runs that checkpoints name, which are the last of an account that rests', async () => {
    const [last] = [await addRun(account, 200), await addRun(account, 300)]
    await sql`
      insert into sync.checkpoints (account, stream, run_id, watermark) values (${account}, 'users', ${last}, ${daysAgo(200)})`.execute(
      db,
    )
    assert.equal((await apply()).pruned, 1)
    assert.deepEqual(await left(), [last])
    const { rows } = await sql`
      select run_id, watermark from sync.checkpoints where account = ${account}`.execute(db)
    assert.deepEqual(rows, [{ run_id: last, watermark: daysAgo(200) }])
  })

  test('deletes rejected records that were resolved so many days ago, and none that are still rejected', async () => {
    const add = (id: string, resolvedAt: Date | null) =>
      sql`
      insert into sync.rejected_records (account, stream, remote_id, reason, run_id, first_seen_at, last_seen_at, resolved_at)
      values (${account}, 'jobs', ${id}, 'name', ${randomUUID()}, ${daysAgo(90)}, ${daysAgo(80)}, ${resolvedAt})`.execute(
        db,
      )
    await add('old', daysAgo(30))
    await add('recent', daysAgo(29))
    await add('open', null)
    assert.equal((await apply()).pruned, 1)
    const { rows } = await sql<{ remote_id: string }>`
      select remote_id from sync.rejected_records where account = ${account} order by 1`.execute(db)
    assert.deepEqual(
      rows.map(({ remote_id }) => remote_id),
      ['open', 'recent'],
    )
  })

  test('works in batches', async () => {
    for (let run = 0; run < 5; run++) await addRun(account, 100 + run)
    assert.deepEqual(await apply(2), { blanked: 0, pruned: 5, done: true })
    assert.deepEqual(await left(), [])
  })
})
