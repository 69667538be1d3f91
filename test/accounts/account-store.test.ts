import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import {
  findAccount,
  insertAccount,
  listAccounts,
  readCredentials,
  setAccountState,
  updateKey,
  updateSettings,
} from '../../src/accounts/account-store.ts'
import { applyAssignments } from '../../src/accounts/assignments.ts'
import { FencedError, UserError } from '../../src/errors.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { acme, newKeyring } from './fixtures.ts'

const { db } = await databaseOfFile()

const keyring = newKeyring()

beforeEach(() => sql`delete from sync.accounts`.execute(db))

const stored = async () => (await sql<object>`select * from sync.accounts order by account`.execute(db)).rows

test('an account that was added is found, without its keys', async () => {
  await insertAccount(db, keyring, {
    ...acme,
    settings: { jobBoard: 'acme' },
    applicationSecret: 'the-secret',
  })
  const found = await findAccount(db, 'acme')
  assert.equal(found.state, 'ACTIVE')
  assert.equal(found.has_application_secret, true)
  assert.equal(found.encryption_key_id, keyring.current.id)
  assert.deepEqual(found.settings, { jobBoard: 'acme' })
  assert.equal(JSON.stringify(found).includes('api_key'), false)
})

test('keys are stored encrypted and read back', async () => {
  await insertAccount(db, keyring, { ...acme, applicationSecret: 'the-secret' })
  const { rows } = await sql<{ text: string }>`select a::text as text from sync.accounts a`.execute(db)
  for (const key of ['the-api-key', 'the-secret']) {
    assert.equal(rows[0]?.text.includes(Buffer.from(key).toString('hex')), false)
  }
  assert.deepEqual(await readCredentials(db, keyring, 'acme'), {
    baseUrl: 'https://api.gem.com',
    allowInsecureBaseUrl: false,
    apiKey: 'the-api-key',
    applicationSecret: 'the-secret',
  })
})

test('a name that is taken is refused, and the account stays as it was', async () => {
  await insertAccount(db, keyring, acme)
  const before = await stored()
  await assert.rejects(insertAccount(db, keyring, { ...acme, apiKey: 'another' }), UserError)
  assert.deepEqual(await stored(), before)
})

test('names that could not be part of a workflow id or a path are refused', async () => {
  for (const account of ['', 'Acme', '-a', '_a', 'a b', "a'", 'ä', 'a/b', 'a'.repeat(64), 'a\n']) {
    await assert.rejects(insertAccount(db, keyring, { ...acme, account }), UserError, account)
  }
  for (const account of ['a', '0', 'a-b_c', 'a'.repeat(63)])
    await insertAccount(db, keyring, { ...acme, account })
  assert.equal((await listAccounts(db)).length, 4)
})

test('an account that does not exist is named wherever it is asked for', async () => {
  const asking = [
    () => findAccount(db, 'nobody'),
    () => readCredentials(db, keyring, 'nobody'),
    () => updateKey(db, keyring, 'nobody', acme),
    () => updateSettings(db, 'nobody', (settings) => settings),
  ]
  for (const ask of asking) {
    await assert.rejects(
      ask,
      (error) => error instanceof UserError && /account nobody.*list/.test(error.message),
    )
  }
  await assert.rejects(setAccountState(db, 'nobody', 'PAUSED', null), FencedError)
})

test('a keyring without the key changes nothing and says which key is wanted', async () => {
  await insertAccount(db, keyring, acme)
  const before = await stored()
  await assert.rejects(readCredentials(db, newKeyring(), 'acme'), (error) => {
    return error instanceof UserError && error.message.includes(keyring.current.id)
  })
  assert.deepEqual(await stored(), before)
})

test('keys that were copied to another account do not open there', async () => {
  await insertAccount(db, keyring, acme)
  await insertAccount(db, keyring, { ...acme, account: 'other', apiKey: 'other-key' })
  await sql`update sync.accounts set api_key = (select api_key from sync.accounts where account = 'acme')`.execute(
    db,
  )
  await assert.rejects(readCredentials(db, keyring, 'other'), UserError)
})

test('a new key makes an account active that waited for it, and leaves a pause alone', async () => {
  await insertAccount(db, keyring, acme)
  const newer = newKeyring()
  const states = [
    { given: 'NEEDS_CREDENTIALS', afterwards: 'ACTIVE', reason: null },
    { given: 'PAUSED', afterwards: 'PAUSED', reason: 'why' },
  ] as const
  for (const { given, afterwards, reason } of states) {
    await setAccountState(db, 'acme', given, 'why')
    await updateKey(db, newer, 'acme', { apiKey: `new for ${given}`, applicationSecret: null })
    const { state, state_reason } = await findAccount(db, 'acme')
    assert.deepEqual({ state, state_reason }, { state: afterwards, state_reason: reason })
    assert.equal((await readCredentials(db, newer, 'acme')).apiKey, `new for ${given}`)
  }
})

test('settings that are refused leave what was stored', async () => {
  await insertAccount(db, keyring, { ...acme, settings: { jobBoard: 'acme' } })
  const change = updateSettings(db, 'acme', (old) => applyAssignments(old, ['rate.burst=5', 'rate.brust=5']))
  await assert.rejects(change, UserError)
  assert.deepEqual((await findAccount(db, 'acme')).settings, { jobBoard: 'acme' })
})

test('of two changes of settings at a time neither is lost', async () => {
  await insertAccount(db, keyring, acme)
  await Promise.all([
    updateSettings(db, 'acme', (old) => applyAssignments(old, ['rate.burst=5'])),
    updateSettings(db, 'acme', (old) => applyAssignments(old, ['jobBoard=acme'])),
  ])
  assert.deepEqual((await findAccount(db, 'acme')).settings, { rate: { burst: 5 }, jobBoard: 'acme' })
})
