import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { insertAccount, readCredentials } from '../../src/accounts/account-store.ts'
import { type Keyring, parseEncryptionKey } from '../../src/accounts/encryption.ts'
import { acme, newKeyring } from '../accounts/fixtures.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { runCli } from './run-cli.ts'

const { database, db } = await databaseOfFile()

const newKeyText = randomBytes(32).toString('base64')
const oldKeyText = randomBytes(32).toString('base64')
const [current, old] = [keyringOf(newKeyText), keyringOf(oldKeyText)]

beforeEach(() => sql`delete from sync.accounts`.execute(db))

/** Neither key comes out, whatever is asked. */
async function rotate(...args: readonly string[]) {
  const env = {
    GEM_ATS_SYNC_ENCRYPTION_KEY: newKeyText,
    GEM_ATS_SYNC_PREVIOUS_ENCRYPTION_KEYS: oldKeyText,
  }
  const run = await runCli(['account', 'rotate-encryption-key', ...args], {
    databaseUrl: database.workerUrl,
    env,
  })
  for (const secret of [newKeyText, oldKeyText, acme.apiKey]) {
    assert.equal(`${run.stdout}${run.stderr}`.includes(secret), false, 'a secret came out')
  }
  return run
}

const add = (account: string, keyring: Keyring) => insertAccount(db, keyring, { ...acme, account })

test('all accounts are sealed with the present key, and counted by the keys they had', async () => {
  await add('one', old)
  await add('two', old)
  await add('three', current)
  const { code, stdout, stderr } = await rotate('--all')
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  const [from, to] = [old.current.id, current.current.id]
  assert.equal(stdout, `2 accounts from key ${from} to key ${to}\n1 account had key ${to} already\n`)
  for (const account of ['one', 'two', 'three'])
    assert.equal((await readCredentials(db, current, account)).apiKey, acme.apiKey)
})

test('one account is sealed alone when it is named', async () => {
  await add('one', old)
  await add('two', old)
  assert.equal((await rotate('one')).code, 0)
  await readCredentials(db, current, 'one')
  await readCredentials(db, old, 'two')
})

test('an account whose key is missing is named with that key, and does not keep the others from theirs', async () => {
  const lost = newKeyring()
  await add('a-lost-one', lost)
  await add('one', old)
  const { code, stdout, stderr } = await rotate('--all')
  assert.equal(code, 1)
  assert.match(stderr, new RegExp(`^error: .*account a-lost-one .*give key ${lost.current.id} in`))
  assert.match(stdout, /^1 account from key .*\n1 account could not be opened and stay as they are\n$/)
  await readCredentials(db, lost, 'a-lost-one')
  await readCredentials(db, current, 'one')
  const { accounts } = JSON.parse((await rotate('--all', '--json')).stdout)
  assert.deepEqual(
    accounts.map(({ account, was, changed }: Record<string, unknown>) => ({ account, was, changed })),
    [
      { account: 'a-lost-one', was: null, changed: false },
      { account: 'one', was: current.current.id, changed: false },
    ],
  )
})

test('neither a name nor --all, or both, is wrong usage', async () => {
  for (const args of [[], ['one', '--all']]) {
    const { code, stderr } = await rotate(...args)
    assert.deepEqual([code, stderr], [2, 'error: name one account, or give --all for all of them\n'])
  }
  assert.match((await rotate('nobody')).stderr, /There is no account nobody/)
})

function keyringOf(base64: string): Keyring {
  const key = parseEncryptionKey(base64)
  if (key === null) throw new Error('32 bytes are a key')
  return { current: key, others: [] }
}
