import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { encryptPayload, isEncrypted } from '../../src/codec/encrypted-payload.ts'
import { Access } from '../../src/codec-server/access.ts'
import { startCodecServer } from '../../src/codec-server/codec-server.ts'
import { writeRemotePayloads } from '../../src/codec-server/remote-payloads.ts'
import type { HttpServer } from '../../src/serve-http.ts'
import { newKey } from '../accounts/fixtures.ts'
import { jsonPayload, newCodecKeys, readable } from '../codec/fixtures.ts'
import { type Asked, ask, bearer, convert, read, TOKEN, WEB_UI } from './ask.ts'

const keys = newCodecKeys()
const payload = jsonPayload({ account: 'acme' })
const encrypted = encryptPayload(keys.current, payload)
const secretBody = writeRemotePayloads([encrypted])

let server: HttpServer
before(async () => {
  server = await startCodecServer({
    keys,
    address: { host: '127.0.0.1', port: 0 },
    token: TOKEN,
    origin: WEB_UI,
  })
})
after(() => server[Symbol.asyncDispose]())

const decode = (headers: Record<string, string>, body = secretBody) =>
  ask(`${server.url}/decode`, headers, body)

/** @returns the cookie that a browser would send from then on. */
async function logIn(token = TOKEN): Promise<{ asked: Asked; cookie: string }> {
  const body = new URLSearchParams({ token })
  const asked = await read(await fetch(`${server.url}/login`, { method: 'POST', body }))
  return { asked, cookie: (asked.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? '' }
}

test('what was encoded is decoded', async () => {
  const encoded = await convert(`${server.url}/encode`, [payload, {}])
  assert.deepEqual(encoded.map(isEncrypted), [true, true])
  assert.deepEqual(
    (await convert(`${server.url}/decode`, encoded)).map(readable),
    [payload, {}].map(readable),
  )
})

test('what has no payloads is answered without any: the temporal CLI asks so for a query without input', async () => {
  for (const body of ['{}', '{"payloads":null}', '{"payloads":[]}']) {
    const asked = await ask(`${server.url}/encode`, bearer(TOKEN), body)
    assert.deepEqual([asked.status, asked.body], [200, '{"payloads":[]}'])
  }
})

test('a payload that cannot be decoded, or is not encoded, stays as it is beside the others', async () => {
  const unreadable = encryptPayload(newKey(), payload)
  const decoded = await convert(`${server.url}/decode`, [unreadable, encrypted, payload])
  assert.deepEqual(decoded.map(readable), [unreadable, payload, payload].map(readable))
})

test('whoever does not show the token is refused, and learns nothing', async () => {
  const wrong: Record<string, string>[] = [
    {},
    bearer(''),
    bearer(`${TOKEN}x`),
    bearer(TOKEN.slice(1)),
    { authorization: TOKEN },
    { authorization: `Basic ${Buffer.from(`user:${TOKEN}`).toString('base64')}` },
    { cookie: `gem-ats-sync-codec=${TOKEN}`, origin: WEB_UI },
    { origin: WEB_UI },
  ]
  for (const headers of wrong) {
    const { status, body } = await decode(headers)
    assert.deepEqual([status, /acme|payloads/.test(body)], [401, false], JSON.stringify(headers))
  }
  const { status } = await ask(`${server.url}/decode?token=${TOKEN}`, {}, secretBody)
  assert.equal(status, 401)
})

test('a browser may ask from pages of the Web UI alone', async () => {
  const preflight = (origin: string) =>
    fetch(`${server.url}/decode`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    }).then(read)
  const { status, headers } = await preflight(WEB_UI)
  assert.equal(status, 204)
  assert.equal(headers.get('access-control-allow-origin'), WEB_UI)
  assert.match(headers.get('access-control-allow-headers') ?? '', /authorization, content-type, x-namespace/)
  for (const origin of [
    'http://evil.example.com',
    'null',
    `${WEB_UI}.example.com`,
    'http://127.0.0.1:8234',
  ]) {
    assert.equal((await preflight(origin)).headers.get('access-control-allow-origin'), null, origin)
    const asked = await decode({ ...bearer(TOKEN), origin })
    assert.equal(asked.headers.get('access-control-allow-origin'), null, origin)
  }
  assert.equal(
    (await decode({ ...bearer(TOKEN), origin: WEB_UI })).headers.get('access-control-allow-origin'),
    WEB_UI,
  )
})

test('a person logs in once, and then the Web UI may ask in that browser', async () => {
  const { asked, cookie } = await logIn()
  assert.equal(asked.status, 200)
  assert.match(asked.headers.get('set-cookie') ?? '', /; HttpOnly; SameSite=Strict$/)
  assert.equal(asked.headers.get('set-cookie')?.includes(TOKEN), false)
  const { status, body, headers } = await decode({ cookie: `other=1; ${cookie}`, origin: WEB_UI })
  assert.equal(status, 200)
  assert.equal(body, writeRemotePayloads([payload]))
  assert.equal(headers.get('access-control-allow-credentials'), 'true')
})

test("another page's request with that person's cookie is refused", async () => {
  const { cookie } = await logIn()
  assert.equal((await decode({ cookie })).status, 401)
  assert.equal((await decode({ cookie, origin: 'http://evil.example.com' })).status, 401)
})

test('a wrong token gives no cookie, and a cookie that is forged or has ended is none', async () => {
  const { asked, cookie } = await logIn(`${TOKEN}x`)
  assert.deepEqual([asked.status, cookie], [401, ''])
  const access = new Access({ token: TOKEN, origin: WEB_UI })
  const sessionAt = (time: number) => access.session(time).split(';', 1)[0] ?? ''
  const ofAnother = new Access({ token: `${TOKEN}x`, origin: WEB_UI }).session()
  const good = sessionAt(Date.now())
  assert.equal((await decode({ cookie: good, origin: WEB_UI })).status, 200)
  const bad = [
    sessionAt(Date.now() - 9 * 3_600_000),
    ofAnother,
    good.replace(/=\d/, '=9'),
    `${good}x`,
    good.replace(/\..*/, '.'),
  ]
  for (const forged of bad)
    assert.equal((await decode({ cookie: forged, origin: WEB_UI })).status, 401, forged)
})

test('without the origin of a Web UI no browser may ask', async () => {
  const options = { keys, address: { host: '127.0.0.1', port: 0 }, token: TOKEN, origin: null }
  await using closed = await startCodecServer(options)
  const session = new Access({ token: TOKEN, origin: null }).session()
  for (const origin of ['null', WEB_UI]) {
    const { status, headers } = await ask(`${closed.url}/decode`, { cookie: session, origin }, secretBody)
    assert.deepEqual([status, headers.get('access-control-allow-origin')], [401, null])
  }
})

test('what is no such request is refused by its fault', async () => {
  const wrong: [number, Record<string, string>, string][] = [
    [415, { ...bearer(TOKEN), 'content-type': 'text/plain' }, secretBody],
    [400, bearer(TOKEN), 'x'],
    [400, bearer(TOKEN), '{"payloads":[{"data":"%"}]}'],
    [400, bearer(TOKEN), '{"payloads":[{"metadata":{"encoding":7}}]}'],
    [413, bearer(TOKEN), 'x'.repeat(33 * 2 ** 20)],
  ]
  for (const [expected, headers, body] of wrong) assert.equal((await decode(headers, body)).status, expected)
  assert.equal((await fetch(`${server.url}/decode`, { headers: bearer(TOKEN) })).status, 404)
  assert.equal((await ask(`${server.url}/constructor`, bearer(TOKEN))).status, 404)
})
