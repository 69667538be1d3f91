import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { RequestRefusedError, UserError, type WaitError } from '../../src/errors.ts'
import { createGemClient } from '../../src/gem/client.ts'
import { createGemDispatcher } from '../../src/gem/dispatcher.ts'
import { unlimited } from '../../src/gem/limiter.ts'
import { API_KEY, CANDIDATES, connect, connectTo, SECRET, serve } from './gem-server.ts'

test('a page is asked for by number, with filters, both keys and the trailing slash', async (t) => {
  const { server, client } = await connectTo(t, (_, response) => response.end('[]'), {
    applicationSecret: SECRET,
  })
  await client.fetchPage({
    ...CANDIDATES,
    query: { updated_after: '2026-01-01T00:00:00.000Z', include_deleted: 'true' },
  })
  const { method, url, headers } = server.requests[0]!
  const target = new URL(url!, server.url)
  assert.equal(method, 'GET')
  assert.equal(target.pathname, '/ats/v0/candidates/')
  assert.deepEqual(Object.fromEntries(target.searchParams), {
    page: '3',
    per_page: '50',
    updated_after: '2026-01-01T00:00:00.000Z',
    include_deleted: 'true',
  })
  assert.equal(headers['x-api-key'], API_KEY)
  assert.equal(headers['x-application-secret'], SECRET)
  assert.equal(headers.accept, 'application/json')
  assert.equal(headers['accept-encoding'], 'gzip, br')
  assert.match(headers['user-agent']!, /^gem-ats-sync\/\d+\.\d+\.\d+/)
})

test('no application secret means no such header', async (t) => {
  const { server, client } = await connectTo(t, (_, response) => response.end('[]'), {
    applicationSecret: null,
  })
  await client.fetchPage(CANDIDATES)
  assert.equal('x-application-secret' in server.requests[0]!.headers, false)
})

test('a page comes with its records, size, server time and totals', async (t) => {
  const { client } = await connectTo(t, (_, response) => {
    response.setHeader('date', 'Sun, 06 Nov 1994 08:49:37 GMT')
    response.setHeader('x-pagination', '{"total": 120, "total_pages": 3, "page": 3}')
    response.end('[{"id":"a","unknown":{"kept":[1]}}]')
  })
  const { elapsedMs, ...page } = await client.fetchPage(CANDIDATES)
  assert.equal(typeof elapsedMs, 'number')
  assert.deepEqual(page, {
    records: [{ id: 'a', unknown: { kept: [1] } }],
    bytes: 35,
    serverTime: new Date('1994-11-06T08:49:37Z'),
    pagination: { total: 120, totalPages: 3 },
    needsSanitising: false,
    wasCut: false,
  })
})

test("Gem's clock counts as long as it is not ahead of ours", async (t) => {
  const now = () => new Date('2026-11-23T10:00:00.500Z')
  const dates = [
    'Mon, 23 Nov 2026 09:59:59 GMT',
    'Mon, 23 Nov 2026 10:00:01 GMT',
    'Sat, 13 Sep 275760 00:00:00 GMT',
  ]
  const times: unknown[] = []
  for (const date of dates) {
    const { client } = await connectTo(t, (_, response) => response.setHeader('date', date).end('[]'), {
      now,
    })
    times.push((await client.fetchPage(CANDIDATES)).serverTime)
  }
  assert.deepEqual(times, [new Date('2026-11-23T09:59:59Z'), now(), now()])
})

test('the path of the base URL is kept', async (t) => {
  const server = await serve(t, (_, response) => response.end('[]'))
  await connect(t, `${server.url}/proxy/gem/`).fetchPage(CANDIDATES)
  assert.equal(server.requests[0]!.url, '/proxy/gem/ats/v0/candidates/?page=3&per_page=50')
})

test('many calls share a few connections', async (t) => {
  const { server, client } = await connectTo(t, (_, response) => response.end('[]'))
  const pages = Array.from({ length: 40 }, (_, index) => index + 1)
  await Promise.all(pages.map((page) => client.fetchPage({ ...CANDIDATES, page })))
  assert.equal(server.requests.length, 40)
  assert.ok(new Set(server.requests.map(({ socket }) => socket)).size <= 4)
})

test('the limiter is asked before each request and given the signal', async (t) => {
  const signals: unknown[] = []
  const limiter = {
    async acquire(signal?: AbortSignal) {
      signals.push(signal)
      return unlimited.acquire()
    },
  }
  const { client } = await connectTo(t, (_, response) => response.end('[]'), { limiter })
  const { signal } = new AbortController()
  await client.fetchPage({ ...CANDIDATES, signal })
  await client.fetchPage(CANDIDATES)
  assert.deepEqual(signals, [signal, undefined])
})

test('no request is made when the limiter refuses', async (t) => {
  const refusal = new Error('blocked')
  const { server, client } = await connectTo(t, (_, response) => response.end('[]'), {
    limiter: { acquire: () => Promise.reject(refusal) },
  })
  await assert.rejects(client.fetchPage(CANDIDATES), refusal)
  assert.equal(server.requests.length, 0)
})

test('the limiter is told of a refused call before its caller is, and of no other', async (t) => {
  const told: unknown[] = []
  const limiter = {
    acquire: async () => ({ refused: async (refusal: WaitError) => void told.push(refusal.reason) }),
  }
  const answers = [
    [429, 'Too Many Requests'],
    [429, 'Limit Exceeded'],
    [503, 'Service Unavailable'],
    [200, ''],
  ] as const
  for (const [status, message] of answers) {
    const { client } = await connectTo(
      t,
      (_, response) => response.writeHead(status).end(status === 200 ? '[]' : JSON.stringify({ message })),
      { limiter },
    )
    await client.fetchPage(CANDIDATES).catch((error: Error) => told.push(error.name))
  }
  assert.deepEqual(told, ['throttled', 'WaitError', 'quota', 'WaitError', 'TryAgainError'])
})

test('an item is read without a trailing slash, its id percent-encoded', async (t) => {
  const { server, client } = await connectTo(t, (_, response) => response.end('{"id":"x"}'))
  for (const id of ['am9iOt_-', 'a/b?c#d', '../users', 'ü %2F=', '4965519002', 'a\nb']) {
    const item = await client.fetchItem({ path: '/ats/v0/candidates/', id })
    assert.deepEqual(item, { found: true, record: { id: 'x' }, needsSanitising: false })
  }
  assert.deepEqual(
    server.requests.map(({ url }) => url!.replace('/ats/v0/candidates/', '')),
    ['am9iOt_-', 'a%2Fb%3Fc%23d', '..%2Fusers', '%C3%BC%20%252F%3D', '4965519002', 'a%0Ab'],
  )
})

for (const id of ['', '.', '..', '\ud800']) {
  test(`the id ${JSON.stringify(id)} is refused, since its path would name something else`, async (t) => {
    const { server, client } = await connectTo(t, (_, response) => response.end('{}'))
    await assert.rejects(client.fetchItem({ path: '/ats/v0/candidates/', id }), RequestRefusedError)
    assert.equal(server.requests.length, 0)
  })
}

test('an item is not found only when the application itself answers 404', async (t) => {
  const bodies: Record<string, string> = {
    gone: '{"code":404,"status":"Not Found"}',
    gateway: '{"message":"Not Found"}',
    html: '<h1>Not Found</h1>',
    empty: '',
  }
  const { client } = await connectTo(t, ({ url }, response) => {
    response.statusCode = 404
    response.end(bodies[url!.split('/').at(-1)!])
  })
  const fetchItem = (id: string) => client.fetchItem({ path: '/ats/v0/candidates/', id })
  assert.deepEqual(await fetchItem('gone'), { found: false })
  for (const id of ['gateway', 'html', 'empty']) await assert.rejects(fetchItem(id), RequestRefusedError)
})

test('inspecting a client shows no key', () => {
  const client = createGemClient({
    baseUrl: 'https://api.gem.com',
    apiKey: API_KEY,
    applicationSecret: SECRET,
    allowInsecureBaseUrl: false,
  })
  const shown = inspect(client, { depth: null, showHidden: true }) + JSON.stringify(client)
  assert.equal(shown.includes(API_KEY) || shown.includes(SECRET), false)
})

for (const key of ['', ' ', 'abc\n', 'a b', 'schlüssel']) {
  test(`the key ${JSON.stringify(key)} is refused without being shown`, () => {
    const options = { baseUrl: 'https://api.gem.com', allowInsecureBaseUrl: false }
    const message = /must be non-empty printable ASCII without blanks$/
    assert.throws(() => createGemClient({ ...options, apiKey: key }), { name: 'UserError', message })
    assert.throws(() => createGemClient({ ...options, apiKey: API_KEY, applicationSecret: key }), UserError)
  })
}

test('a fresh connection is one that no other call has used, and none uses it after', async (t) => {
  const dispatcher = createGemDispatcher({ allowPrivateAddresses: true, connections: 1 })
  t.after(() => dispatcher.close())
  const { client, server } = await connectTo(t, (_, response) => response.end('[]'), { dispatcher })
  const request = { ...CANDIDATES, freshConnection: true }
  for (const next of [CANDIDATES, CANDIDATES, request, request, CANDIDATES]) await client.fetchPage(next)
  const [first, second, third, fourth, fifth] = server.requests.map(({ socket }) => socket)
  assert.ok(first === second && first === fifth, 'the pool has one connection')
  assert.equal(new Set([first, third, fourth]).size, 3)
})
