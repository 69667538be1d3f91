import assert from 'node:assert/strict'
import { test } from 'node:test'
import { databaseOfFile } from '../support/database-of-file.ts'
import { surviveHostileRecords, tally } from '../support/hostile/survive.ts'

const { db, owner: reader } = await databaseOfFile()

// `npm run test:hostile` sends 100,000.
test('a hostile record is a row or a rejected record, and harms no other', async () => {
  const records = 4_200
  await surviveHostileRecords({ db, reader }, { seed: 1, records })
  const { rejected, refused } = await tally({ reader })
  // Neither all nor none: else the test would not test what it says.
  assert.ok(rejected > records / 10 && rejected < records / 2, `${rejected} rejected`)
  assert.equal(refused, 0, 'mappers let something pass that PostgreSQL refuses')
})

test('the database holds UTF-8, so that PostgreSQL itself keeps out what is none', async () => {
  const { rows } = await reader.query('show server_encoding')
  assert.deepEqual(rows, [{ server_encoding: 'UTF8' }])
})
