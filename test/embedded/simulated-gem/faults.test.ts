import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Fault, FaultKind, GemObject } from '../../../src/embedded/simulated-gem/index.ts'
import { ask, idsOf, readAll, readJson, startGem } from './support.ts'

const users = '/ats/v0/users/?per_page=5'

describe('faults of the simulated Gem', () => {
  const answers: [FaultKind, number, string][] = [
    ['throttle', 429, '{"message":"Too Many Requests"}'],
    ['quota', 429, '{"message":"Limit Exceeded"}'],
    ['forbidden', 403, '{"message":"Forbidden"}'],
    ['403', 403, '{"code":403,"status":"Forbidden"'],
    ['unauthorized', 401, '{"code":401,"status":"Unauthorized"'],
    ['400', 400, '{"code":400,"status":"Bad Request"'],
    ['409', 409, '{"code":409,"status":"Conflict"'],
    ['404', 404, '{"code":404,"status":"Not Found"'],
    ['413', 413, '{"message":"Request Too Long"}'],
    ['422', 422, '{"code":422,"status":"Unprocessable Entity"'],
    ['500', 500, '{"message":"Internal server error"}'],
    ['502-html', 502, '<html>'],
    ['html', 200, '<html>'],
    ['empty-body', 200, ''],
    ['503', 503, '{"message":"Service Unavailable"}'],
    ['504', 504, '{"message":"Endpoint request timed out"}'],
    ['504-network', 504, '{"message":"Network error communicating with endpoint"}'],
  ]
  for (const [kind, status, body] of answers)
    test(`${kind} answers ${status} once`, async (context) => {
      const gem = await startGem(context)
      const added = gem.faults.add({ kind })
      const response = await ask(gem, users)
      assert.equal(response.status, status)
      assert.ok((await response.text()).startsWith(body))
      assert.equal(added.hits, 1)
      assert.equal((await readJson(gem, users)).length, 5)
    })

  test('a throttle says when to come back, or does not', async (context) => {
    const gem = await startGem(context)
    for (const retryAfter of [7, 'Tue, 24 Nov 2026 00:00:00 GMT']) {
      gem.faults.add({ kind: 'throttle', retryAfter })
      assert.equal((await ask(gem, users)).headers.get('retry-after'), String(retryAfter))
    }
    gem.faults.add({ kind: 'throttle' })
    assert.equal((await ask(gem, users)).headers.get('retry-after'), null)
  })

  test('a redirect names where to', async (context) => {
    const gem = await startGem(context)
    gem.faults.add({ kind: 'redirect', location: 'https://elsewhere.example.com/' })
    const response = await ask(gem, users)
    assert.deepEqual(
      [response.status, response.headers.get('location')],
      [302, 'https://elsewhere.example.com/'],
    )
  })

  for (const kind of ['reset', 'reset-body', 'truncated-body', 'broken-gzip'] as const)
    test(`${kind} does not get through`, async (context) => {
      const gem = await startGem(context)
      gem.faults.add({ kind })
      await assert.rejects(async () => (await ask(gem, users)).text())
    })

  test('hang never answers', async (context) => {
    const gem = await startGem(context)
    gem.faults.add({ kind: 'hang' })
    const abort = new AbortController()
    const headers = { 'x-api-key': gem.apiKey }
    const asked = fetch(`${gem.url}${users}`, { headers, signal: abort.signal })
    while (gem.requests.inFlight === 0) await new Promise(setImmediate)
    abort.abort()
    await assert.rejects(asked)
    assert.equal(gem.requests.entries()[0]?.status, 0)
  })

  test('closing ends requests that hang', async (context) => {
    const gem = await startGem(context)
    gem.faults.add({ kind: 'hang' })
    const asked = ask(gem, users)
    const rejected = assert.rejects(asked)
    while (gem.requests.inFlight === 0) await new Promise(setImmediate)
    await gem.close()
    await rejected
  })

  for (const kind of ['truncated-json', 'not-json'] as const)
    test(`${kind} arrives whole and cannot be parsed`, async (context) => {
      const gem = await startGem(context)
      gem.faults.add({ kind })
      const response = await ask(gem, users)
      assert.equal(response.status, 200)
      const text = await response.text()
      assert.throws(() => JSON.parse(text))
    })

  test('pages can be empty, no list, with a bad record, repeated, or of the wrong type', async (context) => {
    const gem = await startGem(context)
    const read = async (fault: Fault, path = users) => {
      gem.faults.add(fault)
      return (await (await ask(gem, path)).json()) as unknown[]
    }
    const good = await readJson(gem, users)
    assert.deepEqual(await read({ kind: 'empty-page' }), [])
    assert.deepEqual(await read({ kind: 'not-array' }), { results: [] })
    assert.deepEqual((await read({ kind: 'malformed-record', element: { id: 5 } }))[2], { id: 5 })
    assert.deepEqual(await read({ kind: 'repeated-page' }, `${users}&page=2`), good)
    gem.faults.add({ kind: 'wrong-content-type' })
    assert.equal((await ask(gem, users)).headers.get('content-type'), 'text/html')
  })

  test('an endless list never has a short page', async (context) => {
    const gem = await startGem(context)
    gem.faults.add({ kind: 'endless', times: 'always' })
    for (const page of [1, 4, 5, 1000]) assert.equal((await readJson(gem, `${users}&page=${page}`)).length, 5)
  })

  test('an endless list can make up new rows', async (context) => {
    const gem = await startGem(context)
    gem.faults.add({ kind: 'endless-new', times: 'always' })
    const pages = await Promise.all([4, 5, 1000].map((page) => readJson(gem, `${users}&page=${page}`)))
    assert.deepEqual(
      pages.map((page) => page.length),
      [5, 5, 5],
    )
    assert.equal(new Set(pages.flatMap(idsOf)).size, 15)
  })

  test('what was asked for can be ignored: the page, its size, or both', async (context) => {
    const gem = await startGem(context)
    const all = idsOf(await readAll(gem, 'users'))
    const read = async (fault: Fault, page: number) => {
      gem.faults.add(fault)
      return idsOf(await readJson(gem, `${users}&page=${page}`))
    }
    assert.deepEqual(await read({ kind: 'ignored-page' }, 3), all.slice(0, 5))
    assert.deepEqual(await read({ kind: 'ignored-per-page', rows: 7 }, 2), all.slice(7, 14))
    assert.deepEqual(await read({ kind: 'unpaged' }, 2), all)
    assert.deepEqual(await read({ kind: 'short-page', rows: 2 }, 2), all.slice(5, 8))
  })

  test('headers can be others, or be missing', async (context) => {
    const gem = await startGem(context)
    gem.faults.add({ kind: 'wrong-headers', headers: { date: null, 'x-pagination': '{"total":7}' } })
    const { headers } = await ask(gem, users)
    assert.deepEqual([headers.get('date'), headers.get('x-pagination')], [null, '{"total":7}'])
  })

  test('a slow loris never ends', async (context) => {
    const gem = await startGem(context)
    gem.faults.add({ kind: 'slow-loris', intervalMs: 1 })
    const { body } = await ask(gem, users)
    let received = 0
    for await (const chunk of body ?? []) {
      received += chunk.length
      if (received > 20) break
    }
    assert.ok(received > 20)
  })

  test('bytes can be no UTF-8, in values alone', async (context) => {
    const gem = await startGem(context)
    const good = await (await ask(gem, users)).text()
    gem.faults.add({ kind: 'invalid-utf8' })
    const bad = await (await ask(gem, users)).text()
    assert.deepEqual(Object.keys(JSON.parse(bad)[0]), Object.keys(JSON.parse(good)[0]))
    assert.ok(bad.includes('\ufffd') && !good.includes('\ufffd'))
  })

  test('a body can be padded to a size', async (context) => {
    const gem = await startGem(context)
    const good = await readJson(gem, users)
    gem.faults.add({ kind: 'padded-body', bytes: 200_000 })
    const padded = await (await ask(gem, users)).text()
    assert.ok(padded.length >= 200_000)
    assert.deepEqual(JSON.parse(padded), good)
  })

  test('a slow body arrives in pieces', async (context) => {
    const gem = await startGem(context)
    gem.faults.add({ kind: 'slow-body', intervalMs: 1 })
    assert.deepEqual(
      await readJson(gem, '/ats/v0/users/?per_page=1'),
      await readJson(gem, '/ats/v0/users/?per_page=1'),
    )
  })

  test('a gzip bomb unpacks to its size and a huge page arrives in full', async (context) => {
    const gem = await startGem(context)
    gem.faults.add({ kind: 'gzip-bomb', bytes: 3_000_000 })
    const bomb = await ask(gem, users)
    assert.ok(Number(bomb.headers.get('content-length')) < 100_000)
    assert.ok((await bomb.text()).length >= 3_000_000)
    gem.faults.add({ kind: 'huge-page', bytes: 3_000_000 })
    const huge = (await (await ask(gem, users)).json()) as GemObject[]
    assert.equal(huge.length, 6)
    assert.ok(String(huge[0]!.filling).length >= 3_000_000)
  })

  test('a fault strikes the list, page and number of requests it names', async (context) => {
    const gem = await startGem(context)
    gem.faults.add({ kind: '500', stream: 'users', page: 2, times: 2, skip: 1 })
    const statuses = []
    for (const path of [
      'jobs/?page=2',
      'users/',
      'users/?page=2',
      'users/?page=2',
      'users/?page=2',
      'users/?page=2',
    ])
      statuses.push((await ask(gem, `/ats/v0/${path}`)).status)
    assert.deepEqual(statuses, [200, 200, 200, 500, 500, 200])
    const [id] = [...gem.world.ids('users')]
    gem.faults.add({ kind: '503', target: 'item' })
    assert.equal((await ask(gem, users)).status, 200)
    assert.equal((await ask(gem, `/ats/v0/users/${encodeURIComponent(id!)}`)).status, 503)
  })

  test('the account can drift between two pages', async (context) => {
    const gem = await startGem(context)
    const before = idsOf(await readAll(gem, 'users', '&include_deleted=true', 5))
    gem.faults.add({
      kind: 'drift',
      stream: 'users',
      page: 2,
      before: (world) => world.vanish('users', before[0]!),
    })
    const drifted = idsOf(await readAll(gem, 'users', '&include_deleted=true', 5))
    assert.ok(!drifted.includes(before[5]!))
    assert.equal(drifted.length, before.length - 1)
  })

  test('a mistake in a test is told from a fault of Gem', async (context) => {
    const gem = await startGem(context)
    const before = () => {
      throw new Error('not so')
    }
    gem.faults.add({ kind: 'drift', before })
    assert.match(await (await ask(gem, users)).text(), /The simulated Gem failed: Error: not so/)
  })

  test('random faults strike the same requests for the same seed, until they are cleared', async (context) => {
    const strike = async () => {
      const gem = await startGem(context)
      gem.faults.random({ seed: 3, probability: 0.5, kinds: ['500', '503'] })
      const statuses = []
      for (let count = 0; count < 20; count++) statuses.push((await ask(gem, users)).status)
      gem.faults.clear()
      assert.equal((await ask(gem, users)).status, 200)
      return statuses
    }
    const first = await strike()
    assert.deepEqual(new Set(first), new Set([200, 500, 503]))
    assert.deepEqual(await strike(), first)
  })
})
