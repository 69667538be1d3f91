import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { connect, type Db } from '../../src/database/connect.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

describe('a connection to PostgreSQL', () => {
  let database: TestDatabase
  let db: Db
  before(async () => {
    database = await createTestDatabase()
    db = connect(database.workerUrl, { max: 2 })
  })
  after(async () => {
    await db.destroy()
    await database.drop()
  })

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
})
