import assert from 'node:assert/strict'
import type { LookupFunction } from 'node:net'
import { test } from 'node:test'
import { createGemClient } from '../../src/gem/client.ts'
import { createGemDispatcher } from '../../src/gem/dispatcher.ts'
import { isPrivateAddress } from '../../src/gem/private-address.ts'
import { API_KEY, CANDIDATES, serve } from './gem-server.ts'

const PRIVATE = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::7f00:1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '::ffff:7f00:1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  'fc00::1',
  'fd12::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
]
const PUBLIC = [
  '8.8.8.8',
  '100.63.255.255',
  '172.32.0.1',
  '2606:4700::1111',
  '::ffff:8.8.8.8',
  'api.gem.com',
  '',
]

for (const address of PRIVATE) {
  test(`${address} is private`, () => assert.equal(isPrivateAddress(address), true))
}
for (const address of PUBLIC) {
  test(`${address || 'nothing'} is not private`, () => assert.equal(isPrivateAddress(address), false))
}

const answering =
  (...addresses: string[]): LookupFunction =>
  (_hostname, options, callback) => {
    const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    if (options.all) callback(null, found)
    else callback(null, found[0]!.address, found[0]!.family)
  }

for (const addresses of [['127.0.0.1'], ['::ffff:127.0.0.1'], ['8.8.8.8', '127.0.0.1']]) {
  test(`a name that leads to ${addresses.join(' and ')} is refused before any byte is sent`, async (t) => {
    const server = await serve(t, (_, response) => response.end('[]'))
    const dispatcher = createGemDispatcher({ allowPrivateAddresses: false, lookup: answering(...addresses) })
    t.after(() => dispatcher.close())
    const baseUrl = `https://rebound.example:${server.port}`
    const client = createGemClient({ baseUrl, apiKey: API_KEY, allowInsecureBaseUrl: false, dispatcher })
    await assert.rejects(client.fetchPage(CANDIDATES), {
      name: 'RequestRefusedError',
      message: /: rebound\.example leads to .*127\.0\.0\.1, a private address/,
    })
    assert.equal(server.requests.length, 0)
  })
}

test('an address written into the URL is refused by the pool too', async (t) => {
  const server = await serve(t, (_, response) => response.end('[]'))
  const dispatcher = createGemDispatcher({ allowPrivateAddresses: false })
  t.after(() => dispatcher.close())
  const client = createGemClient({
    baseUrl: server.url,
    apiKey: API_KEY,
    allowInsecureBaseUrl: true,
    dispatcher,
  })
  await assert.rejects(client.fetchPage(CANDIDATES), {
    name: 'RequestRefusedError',
    message: /127\.0\.0\.1 is a private/,
  })
})

test('localhost is refused by the client itself', async (t) => {
  const server = await serve(t, (_, response) => response.end('[]'))
  const baseUrl = `https://localhost:${server.port}`
  const client = createGemClient({ baseUrl, apiKey: API_KEY, allowInsecureBaseUrl: false })
  t.after(() => client.close())
  await assert.rejects(client.fetchPage(CANDIDATES), {
    name: 'RequestRefusedError',
    message: /a private address/,
  })
})

test('a name that leads to a private address is allowed for a simulated Gem', async (t) => {
  const server = await serve(t, (_, response) => response.end('[]'))
  const dispatcher = createGemDispatcher({ allowPrivateAddresses: true, lookup: answering('127.0.0.1') })
  t.after(() => dispatcher.close())
  const baseUrl = `http://gem.example:${server.port}`
  const client = createGemClient({ baseUrl, apiKey: API_KEY, allowInsecureBaseUrl: true, dispatcher })
  assert.deepEqual((await client.fetchPage(CANDIDATES)).records, [])
})
