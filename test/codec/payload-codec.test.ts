import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Payload } from '@temporalio/common'
import { EncryptingCodec } from '../../src/codec/payload-codec.ts'
import { UserError } from '../../src/errors.ts'
import { newKey } from '../accounts/fixtures.ts'
import { jsonPayload, newCodecKeys, readable } from './fixtures.ts'

const keys = newCodecKeys()
const worker = new EncryptingCodec({ keys, unreadable: 'left' })
const client = new EncryptingCodec({ keys, unreadable: 'refused' })
const payload = jsonPayload({ account: 'acme', secret: 'of a person' })

async function encrypt(given: Payload, codec = worker): Promise<Payload> {
  const [encrypted] = await codec.encode([given])
  assert.ok(encrypted)
  return encrypted
}

/** What the two make of a payload: the worker's is readable again or left, the client's is an answer or a refusal. */
async function seeUnreadable(given: Payload, why: RegExp): Promise<void> {
  assert.deepEqual((await worker.decode([given])).map(readable), [readable(given)])
  await assert.rejects(
    client.decode([given]),
    (error) => error instanceof UserError && why.test(error.message),
  )
}

test('what is encrypted is read again, its own metadata included', async () => {
  for (const given of [payload, {}, { metadata: {}, data: new Uint8Array(100_000) }]) {
    const decoded = await worker.decode([await encrypt(given)])
    assert.deepEqual(decoded.map(readable), [readable(given)])
  }
})

test('an encrypted payload shows the id of its key, and nothing of what it holds', async () => {
  const { metadata, data } = readable(await encrypt(payload))
  assert.deepEqual(metadata, { encoding: 'binary/encrypted', 'encryption-key-id': keys.current.id })
  for (const text of ['acme', 'json', 'account']) assert.equal(data.includes(text), false)
})

test('the same payload is encrypted differently each time', async () => {
  const nonces = await Promise.all(
    Array.from({ length: 100 }, async () => readable(await encrypt(payload)).data.slice(0, 12)),
  )
  assert.equal(new Set(nonces).size, 100)
})

test('what is not encrypted goes through, as the temporal CLI sends it', async () => {
  for (const given of [payload, {}, { metadata: { encoding: Buffer.from('binary/foo') } }]) {
    assert.deepEqual(await worker.decode([given]), [given])
    assert.deepEqual(await client.decode([given]), [given])
  }
})

test('a previous key reads what it encrypted, and encrypts nothing', async () => {
  const encrypted = await encrypt(payload)
  const newer = { current: newKey(), others: [keys.current] }
  const rotated = new EncryptingCodec({ keys: newer, unreadable: 'refused' })
  assert.deepEqual((await rotated.decode([encrypted])).map(readable), [readable(payload)])
  const { metadata } = readable(await encrypt(payload, rotated))
  assert.equal(metadata['encryption-key-id'], newer.current.id)
  const off = new EncryptingCodec({ keys: { current: null, others: [keys.current] }, unreadable: 'refused' })
  assert.deepEqual(await off.encode([payload]), [payload])
  assert.deepEqual((await off.decode([encrypted])).map(readable), [readable(payload)])
})

test('a payload of an unknown key is left by a worker, and refused to a client with the id of that key', async () => {
  const theirs = newCodecKeys()
  const encrypted = await encrypt(payload, new EncryptingCodec({ keys: theirs, unreadable: 'left' }))
  await seeUnreadable(
    encrypted,
    new RegExp(`key ${theirs.current.id}: give that key in GEM_ATS_SYNC_CODEC_KEY`),
  )
})

test('a payload that was changed anywhere is not read', async () => {
  const encrypted = await encrypt(payload)
  const data = encrypted.data ?? new Uint8Array()
  for (let index = 0; index < data.length; index++) {
    const changed = Buffer.from(data)
    changed[index]! ^= 1
    await seeUnreadable({ ...encrypted, data: changed }, new RegExp(`key ${keys.current.id} cannot decrypt`))
  }
  for (const length of [0, 27, data.length - 1])
    await seeUnreadable({ ...encrypted, data: data.subarray(0, length) }, /cannot decrypt/)
})

test('a key id that is none is not repeated', async () => {
  const encoding = Buffer.from('binary/encrypted')
  await seeUnreadable({ metadata: { encoding } }, /a key without a usable id/)
  const id = Buffer.from('\u001b[31mx'.repeat(1_000))
  await seeUnreadable({ metadata: { encoding, 'encryption-key-id': id } }, /a key without a usable id/)
})
