import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { connect, type Db } from '../../src/database/connect.ts'
import { uuids } from '../../src/database/uuid-array.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

describe('a uuid[] in binary form', () => {
  let database: TestDatabase
  let db: Db
  before(async () => {
    database = await createTestDatabase()
    db = connect(database.workerUrl, { max: 1 })
  })
  after(async () => {
    await db.destroy()
    await database[Symbol.asyncDispose]()
  })

  async function asRead(ids: readonly string[]): Promise<string[]> {
    const { rows } = await sql<{ ids: string[] }>`select ${uuids(ids)}::uuid[]::text[] as ids`.execute(db)
    return rows[0]?.ids ?? []
  }

  test('is read by PostgreSQL as the ids that went into it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uuid(), { maxLength: 5 }), async (ids) => {
        assert.deepEqual(await asRead(ids), ids)
      }),
    )
  })

  test('takes capitals, and digests, which have no dashes', async () => {
    const id = '6fa459ea-ee8a-5ca4-894e-db77e160355e'
    assert.deepEqual(await asRead([id.toUpperCase(), id.replaceAll('-', '')]), [id, id])
  })

  test('is not made of what is no UUID', () => {
    const id = '6fa459ea-ee8a-5ca4-894e-db77e160355e'
    for (const other of ['6fa459ea', id.replace('6', 'g'), id.replace('e', 'é'), `${id}0`])
      assert.throws(() => uuids([other]), RangeError, other)
  })
})
