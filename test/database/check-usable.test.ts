import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sql } from 'kysely'
import { checkWritable, keepsSession } from '../../src/database/check-usable.ts'
import { connect } from '../../src/database/connect.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { startHotStandby } from '../support/standby.ts'
import { startTransactionPooler } from '../support/transaction-pooler.ts'

const { database, db, owner } = await databaseOfFile()

describe('a database that can be worked with', () => {
  test('takes a row, which is not there afterwards', async () => {
    await checkWritable(db)
    const { rows } = await sql`select from sync.runs`.execute(db)
    assert.equal(rows.length, 0)
  })

  test('keeps the sessions of its connections apart', async () => {
    assert.equal(await keepsSession(db), true)
  })
})

describe('a database that cannot be written', () => {
  test('is told by its code when it is a standby', async () => {
    await using standby = await startHotStandby()
    await using reading = connect(standby.url, { max: 2 })
    assert.equal(await keepsSession(reading), true)
    await assert.rejects(checkWritable(reading), { code: '25006' })
  })

  test('is told by its code when the role may not', async () => {
    await owner.query('revoke insert on sync.runs from gem_ats_sync_worker')
    await assert.rejects(checkWritable(db), { code: '42501' })
    await owner.query('grant insert on sync.runs to gem_ats_sync_worker')
  })
})

describe('a pooler in transaction mode', () => {
  test('is found out, however many sessions it has', async () => {
    await using pooler = await startTransactionPooler(database.workerUrl)
    for (const max of [2, 5]) {
      await using pooled = connect(pooler.url, { max })
      await Promise.all(Array.from({ length: max }, () => sql`select 1`.execute(pooled)))
      assert.equal(await keepsSession(pooled), false)
    }
  })
})
