import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { connectTestTemporal } from '../support/temporal.ts'

let database: TestDatabase
before(async () => {
  database = await createTestDatabase()
})
after(() => database.drop())

test('a test database is migrated, and the worker can log in to it', async () => {
  const client = new pg.Client({ connectionString: database.workerUrl })
  await client.connect()
  const { rows } = await client.query(
    "SELECT to_regclass('sync.accounts') IS NOT NULL AS migrated, current_user",
  )
  await client.end()
  assert.deepEqual(rows, [{ migrated: true, current_user: 'gem_ats_sync_worker' }])
})

test('the shared Temporal serves and knows the search attributes', async () => {
  await using temporal = await connectTestTemporal()
  const { namespace } = temporal
  const { operatorService } = temporal.client.connection
  const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
  assert.ok(
    customAttributes !== undefined && 'GemAccount' in customAttributes && 'GemSyncState' in customAttributes,
  )
})
