import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { insertAccount, readCredentials, updateKey } from '../../src/accounts/account-store.ts'
import { resealCredentials } from '../../src/accounts/reseal-credentials.ts'
import { UserError } from '../../src/errors.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { waitsForLock } from '../support/waits-for-lock.ts'
import { acme, newKey, newKeyring } from './fixtures.ts'

const { database, db } = await databaseOfFile()

beforeEach(() => sql`delete from sync.accounts`.execute(db))

const stored = async () =>
  (await sql<object>`select *, xmin::text from sync.accounts order by account`.execute(db)).rows

const old = newKeyring()
const rotated = { current: newKey(), others: [old.current] }

test('both keys are sealed with the present encryption key, and open with it alone', async () => {
  await insertAccount(db, old, { ...acme, applicationSecret: 'the-secret' })
  assert.deepEqual(await resealCredentials(db, rotated, 'acme'), { was: old.current.id, changed: true })
  const { apiKey, applicationSecret } = await readCredentials(
    db,
    { current: rotated.current, others: [] },
    'acme',
  )
  assert.deepEqual({ apiKey, applicationSecret }, { apiKey: 'the-api-key', applicationSecret: 'the-secret' })
  await assert.rejects(readCredentials(db, old, 'acme'), UserError)
})

test('what the present key has sealed is not written again', async () => {
  await insertAccount(db, rotated, acme)
  const before = await stored()
  assert.deepEqual(await resealCredentials(db, rotated, 'acme'), {
    was: rotated.current.id,
    changed: false,
  })
  assert.deepEqual(await stored(), before)
})

test('whether the API key has been compared with what is mirrored stays known', async () => {
  await insertAccount(db, old, acme)
  await sql`update sync.accounts set key_compared = true`.execute(db)
  await resealCredentials(db, rotated, 'acme')
  const { rows } = await sql<object>`select key_compared from sync.accounts`.execute(db)
  assert.deepEqual(rows, [{ key_compared: true }])
})

test('a key that is not at hand is named, and nothing is overwritten', async () => {
  await insertAccount(db, old, { ...acme, applicationSecret: 'the-secret' })
  const before = await stored()
  await assert.rejects(resealCredentials(db, newKeyring(), 'acme'), (error) => {
    return error instanceof UserError && error.message.includes(`give key ${old.current.id} in`)
  })
  assert.deepEqual(await stored(), before)
})

test('of two keys one of which cannot be opened neither is overwritten', async () => {
  await insertAccount(db, old, { ...acme, applicationSecret: 'the-secret' })
  await sql`update sync.accounts set application_secret = api_key`.execute(db)
  const before = await stored()
  await assert.rejects(resealCredentials(db, rotated, 'acme'), UserError)
  assert.deepEqual(await stored(), before)
})

test('a key that is set meanwhile is not lost: it is the one that is sealed', async () => {
  await insertAccount(db, old, acme)
  let resealing: Promise<unknown> | undefined
  await db.transaction().execute(async (trx) => {
    await updateKey(trx, old, 'acme', { apiKey: 'the-new-key', applicationSecret: null })
    resealing = resealCredentials(db, rotated, 'acme')
    // It has read what is about to change, and waits for the row.
    await waitsForLock(database.ownerUrl, database.name)
  })
  assert.deepEqual(await resealing, { was: old.current.id, changed: true })
  assert.equal((await readCredentials(db, rotated, 'acme')).apiKey, 'the-new-key')
})
