import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sql } from 'kysely'
import { connect, type Db } from '../../src/database/connect.ts'
import { serverVersion } from '../../src/database/server-version.ts'
import { databaseOfFile } from '../support/database-of-file.ts'

const { database, db } = await databaseOfFile()

describe('a connection to PostgreSQL', () => {
  test('that breaks between two statements fails its transaction, and neither the process nor the next one', async () => {
    const transaction = db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
      await sql`select pg_terminate_backend(${rows[0]?.pid}, 10000)`.execute(db)
      await sql`select 1`.execute(trx)
    })
    await assert.rejects(transaction, /terminat|queryable/)
    const { rows } = await sql<{ one: number }>`select 1 as one`.execute(db)
    assert.deepEqual(rows, [{ one: 1 }])
  })

  test('gives up its locks when its worker stands still inside a transaction', async () => {
    const { rows } = await sql<{ ms: string }>`
      select setting as ms from pg_settings where name = 'idle_in_transaction_session_timeout'`.execute(db)
    assert.deepEqual(rows, [{ ms: '30000' }])
  })

  test('waits neither for ever for a statement, a lock or a transaction, but for migrations', async () => {
    const limits = async (open: Db) => {
      const { rows } = await sql<{ statement: string; lock: string; transaction: string | null }>`
        select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock,
          current_setting('transaction_timeout', true) as transaction`.execute(open)
      return rows[0]
    }
    const { major } = await serverVersion(db)
    const equally = (time: string) => ({
      ...{ statement: time, lock: time },
      transaction: major < 17 ? null : time,
    })
    assert.deepEqual(await limits(db), { ...equally('1min'), lock: '30s' })
    await using quick = connect(database.workerUrl, { max: 1, timeoutMs: 5_000 })
    assert.deepEqual(await limits(quick), equally('5s'))
    await using migrating = connect(database.ownerUrl, { max: 1, patient: true })
    assert.deepEqual(await limits(migrating), equally('0'))
  })

  for (const [what, setting, time] of [
    ['is written in another style than the one that was set', `set datestyle = 'German'`, 'now()'],
    ['no clock shows', 'select 1', `'infinity'::timestamptz`],
    ['is later than any of JavaScript', 'select 1', `'294000-01-01'::timestamp`],
  ] as const) {
    test(`fails the statement that reads a time which ${what}, and never takes it for none`, async () => {
      await using one = connect(database.workerUrl, { max: 1 })
      await sql.raw(setting).execute(one)
      await assert.rejects(sql.raw(`select ${time} as at`).execute(one), /a time that cannot be read/)
      const { rows } = await sql`select null::timestamptz as at`.execute(one)
      assert.deepEqual(rows, [{ at: null }])
    })
  }

  test('ends a statement that takes too long, on the server as well', async () => {
    await using impatient = connect(database.workerUrl, { max: 1, timeoutMs: 50 })
    await assert.rejects(sql`select pg_sleep(60)`.execute(impatient), /timeout/)
    const atWork = async () =>
      (
        await sql`select from pg_stat_activity where datname = current_database() and state = 'active'
          and query like '%pg_sleep(60)%' and pid <> pg_backend_pid()`.execute(db)
      ).rows.length
    // The server's own clock ends it, a moment after or before this side's.
    while ((await atWork()) > 0);
  })
})
