import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { type Keyring, open, parseEncryptionKey, seal } from '../../src/accounts/encryption.ts'
import { UserError } from '../../src/errors.ts'
import { newKey, newKeyring } from './fixtures.ts'

const place = { account: 'acme', field: 'api_key' } as const

const opening = (keyring: Keyring, keyId: string, where: Parameters<typeof open>[2], sealed: Buffer) => () =>
  open(keyring, keyId, where, sealed)

test('what was sealed opens again, with any text', () => {
  const keyring = newKeyring()
  for (const text of ['key', '', 'ключ 🔑', 'x'.repeat(10_000)]) {
    assert.equal(open(keyring, keyring.current.id, place, seal(keyring.current, place, text)), text)
  }
})

test('the same text is sealed differently each time, and is not to be seen in it', () => {
  const { current } = newKeyring()
  const [first, second] = [seal(current, place, 'the-api-key'), seal(current, place, 'the-api-key')]
  assert.notDeepEqual(first, second)
  assert.equal(first.includes('the-api-key'), false)
})

test('a key that is not at hand is named, beside those that are', () => {
  const [theirs, ours, older] = [newKey(), newKey(), newKey()]
  const keyring = { current: ours, others: [older] }
  assert.throws(opening(keyring, theirs.id, place, seal(theirs, place, 'x')), (error: Error) => {
    assert.ok(error instanceof UserError)
    for (const part of ['acme', theirs.id, ours.id, older.id, 'set-key'])
      assert.ok(error.message.includes(part))
    return true
  })
})

test('a value that an older key sealed opens while that key is on the ring', () => {
  const [older, current] = [newKey(), newKey()]
  const sealed = seal(older, place, 'x')
  assert.equal(open({ current, others: [older] }, older.id, place, sealed), 'x')
})

test("another account's value does not open, nor another field's, nor a changed one", () => {
  const keyring = newKeyring()
  const { id } = keyring.current
  const sealed = seal(keyring.current, place, 'x')
  assert.throws(opening(keyring, id, { account: 'other', field: 'api_key' }, sealed), UserError)
  assert.throws(opening(keyring, id, { account: 'acme', field: 'application_secret' }, sealed), UserError)
  for (let index = 0; index < sealed.length; index++) {
    const changed = Buffer.from(sealed)
    changed[index]! ^= 1
    assert.throws(opening(keyring, id, place, changed), UserError)
  }
  assert.throws(opening(keyring, id, place, sealed.subarray(0, 28)), UserError)
  assert.throws(opening(keyring, id, place, Buffer.alloc(0)), UserError)
})

test('an encryption key is base64 of exactly 32 bytes', () => {
  const good = Buffer.alloc(32, 7).toString('base64')
  const same = parseEncryptionKey(good)?.id
  assert.match(String(same), /^[0-9a-f]{8}$/)
  assert.equal(parseEncryptionKey(`${good}\n`)?.id, same)
  for (const bad of [
    '',
    'abc',
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(32).toString('hex'),
    `${good}!`,
  ]) {
    assert.equal(parseEncryptionKey(bad), null)
  }
})

test('a key that is printed by mistake does not show its bytes', () => {
  const bytes = Buffer.alloc(32, 65)
  const key = parseEncryptionKey(bytes.toString('base64'))
  const shown = inspect(key, { depth: null, showHidden: true }) + JSON.stringify(key)
  assert.equal(
    shown.includes(bytes.toString('base64')) || shown.includes('41 41') || shown.includes('AAAA'),
    false,
  )
})
