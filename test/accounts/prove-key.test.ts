import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { test } from 'node:test'
import { proveKey } from '../../src/accounts/prove-key.ts'
import { UserError } from '../../src/errors.ts'
import { API_KEY, SECRET, startToyGem } from '../cli/toy-gem.ts'

const keys = { apiKey: API_KEY, applicationSecret: null, allowInsecureBaseUrl: true }

async function refusal(listener: RequestListener): Promise<string> {
  await using gem = await startToyGem(listener)
  const error = await proveKey({ ...keys, baseUrl: gem.url }).then(
    () => assert.fail('it was taken'),
    (thrown) => thrown,
  )
  assert.ok(error instanceof UserError, String(error))
  assert.equal(error.message.includes(API_KEY), false)
  assert.equal(error.message.includes('\n'), false)
  return error.message
}

test('a key that Gem takes costs one call with both headers', async () => {
  await using gem = await startToyGem()
  await proveKey({ ...keys, baseUrl: gem.url, applicationSecret: SECRET })
  assert.deepEqual(
    gem.headers.map((headers) => [headers['x-api-key'], headers['x-application-secret']]),
    [[API_KEY, SECRET]],
  )
})

test('a key that Gem refuses is said to be refused', async () => {
  for (const status of [401, 403]) {
    assert.match(
      await refusal((_, response) => response.writeHead(status).end('{"message":"Forbidden"}')),
      /refuses this key/,
    )
  }
})

test('what is not Gem is said not to be', async () => {
  assert.match(
    await refusal((_, response) => response.writeHead(404).end('<html>nginx</html>')),
    /is not Gem's API/,
  )
  assert.match(
    await refusal((_, response) => response.writeHead(403).end('{"message":"Missing Authentication Token"}')),
    /is not Gem's API/,
  )
  assert.match(await refusal((_, response) => response.end('<html>hello</html>')), /no usable answer/)
})

test('a Gem that is throttled or broken is said to be', async () => {
  assert.match(
    await refusal((_, response) => response.writeHead(429).end('{}')),
    /takes no calls at the moment/,
  )
  assert.match(await refusal((_, response) => response.writeHead(502).end('<html>')), /no usable answer/)
})

test('a Gem that does not answer is said to be out of reach', async () => {
  const gem = await startToyGem()
  await gem[Symbol.asyncDispose]()
  await assert.rejects(
    proveKey({ ...keys, baseUrl: gem.url }),
    (error) => error instanceof UserError && /cannot be reached.*ECONNREFUSED/.test(error.message),
  )
})

test('a private address is refused unless it is allowed', async () => {
  await assert.rejects(
    proveKey({ ...keys, baseUrl: 'https://127.0.0.1', allowInsecureBaseUrl: false }),
    UserError,
  )
})
