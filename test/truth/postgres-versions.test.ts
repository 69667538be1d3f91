import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { connect } from '../../src/database/connect.ts'
import { createTestDatabase } from '../support/database.ts'
import { insertBareAccount } from '../support/direct-sync.ts'
import { type RunningTestServer, startTestServer } from '../support/postgres-server.ts'
import { postgresVersions } from '../support/postgres-versions.ts'
import { takeItsCourse } from './course.ts'

for (const version of postgresVersions) {
  describe(`on PostgreSQL ${version}`, () => {
    let running: RunningTestServer
    before(async () => {
      running = await startTestServer(version)
    })
    after(() => running.stop())

    test('a first sync, a delta, a full sync and retention leave what they should', async () => {
      await using database = await createTestDatabase(running.server)
      await takeItsCourse(database)
    })

    test('a transaction that takes longer than it may keeps nothing, although each of its statements was quick', async () => {
      await using database = await createTestDatabase(running.server)
      await using db = connect(database.workerUrl, { max: 1, timeoutMs: 500 })
      const transaction = db.transaction().execute(async (trx) => {
        await insertBareAccount(trx, 'acme')
        for (let statement = 0; statement < 3; statement++) await sql`select pg_sleep(0.2)`.execute(trx)
      })
      await assert.rejects(transaction)
      const { rows } = await sql`select from sync.accounts`.execute(db)
      assert.deepEqual(rows, [])
    })
  })
}
