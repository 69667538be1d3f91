import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createTokenBucket } from '../../../src/embedded/simulated-gem/token-bucket.ts'
import { ask, readJson, startGem } from './support.ts'

describe('requests to the simulated Gem', () => {
  test('each is logged with its query and status, without values of headers', async (context) => {
    const gem = await startGem(context)
    await readJson(gem, '/ats/v0/users/?page=2&per_page=5&email=a&email=b')
    await ask(gem, '/ats/v0/nothing')
    const [first, second] = gem.requests.entries()
    assert.deepEqual(
      [first?.method, first?.path, first?.stream, first?.page, first?.perPage, first?.status],
      ['GET', '/ats/v0/users/', 'users', 2, 5, 200],
    )
    assert.deepEqual(first?.query, { page: '2', per_page: '5', email: ['a', 'b'] })
    assert.ok(first?.headers.includes('x-api-key'))
    assert.ok(!JSON.stringify(first).includes(gem.apiKey))
    assert.deepEqual([second?.stream, second?.status], [undefined, 403])
    assert.deepEqual(
      [gem.requests.total, gem.requests.byStatus, gem.requests.byStream],
      [2, { 200: 1, 403: 1 }, { users: 1, other: 1 }],
    )
    gem.requests.reset()
    assert.deepEqual([gem.requests.total, gem.requests.entries()], [0, []])
  })

  test('requests at the same time are counted', async (context) => {
    const gem = await startGem(context)
    gem.faults.add({ kind: 'hang', times: 3 })
    const abort = new AbortController()
    const options = { headers: { 'x-api-key': gem.apiKey }, signal: abort.signal }
    const asked = [1, 2, 3].map(() => assert.rejects(fetch(`${gem.url}/ats/v0/jobs/`, options)))
    while (gem.requests.inFlight < 3) await new Promise(setImmediate)
    abort.abort()
    await Promise.all(asked)
    assert.equal(gem.requests.maxInFlight, 3)
  })

  test('a bucket gives its burst, then its rate', () => {
    let time = 0
    const bucket = createTokenBucket({ perSecond: 2, burst: 3 }, () => time)
    const taken = (count: number) => Array.from({ length: count }, () => bucket.take()).filter(Boolean).length
    assert.equal(taken(10), 3)
    time = 500
    assert.equal(taken(10), 1)
    time = 60_000
    assert.equal(taken(10), 3)
  })
})
