import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SimulatedGem } from '../../../src/embedded/simulated-gem/index.ts'
import { ask, findObject, readAll, readJson, startGem } from './support.ts'

async function answerOf(gem: SimulatedGem, path: string, headers?: Record<string, string>) {
  const response = await ask(gem, path, headers)
  const text = await response.text()
  return { status: response.status, type: response.headers.get('x-amzn-ErrorType'), body: JSON.parse(text) }
}

const forbidden = { status: 403, type: 'ForbiddenException', body: { message: 'Forbidden' } }
const noRoute = {
  ...{ status: 403, type: 'MissingAuthenticationTokenException' },
  body: { message: 'Missing Authentication Token' },
}
const notFound = { status: 404, type: null, body: { code: 404, status: 'Not Found', message: 'Not found.' } }

describe('errors of the simulated Gem', () => {
  test('a missing or wrong key is forbidden', async (context) => {
    const gem = await startGem(context)
    assert.deepEqual(await answerOf(gem, '/ats/v0/jobs/', { 'x-api-key': '' }), forbidden)
    assert.deepEqual(await answerOf(gem, '/ats/v0/jobs/', { 'x-api-key': 'wrong' }), forbidden)
    assert.match(gem.apiKey, /^[A-Za-z0-9]{40}$/)
  })

  test('a wrong application secret is unauthorised where one is configured', async (context) => {
    const gem = await startGem(context, { applicationSecret: 'partner' })
    const refused = await answerOf(gem, '/ats/v0/jobs/')
    assert.equal(refused.status, 401)
    assert.equal(refused.body.code, 401)
    assert.equal((await ask(gem, '/ats/v0/jobs/', { 'x-application-secret': 'partner' })).status, 200)
  })

  test('an unknown route is no route at the gateway', async (context) => {
    const gem = await startGem(context)
    for (const path of [
      '/',
      '/ats/v0/',
      '/ats/v0/nothing/',
      '/v0/users',
      '/ats/v0/jobs/a/b',
      '/_control/requests',
    ])
      assert.deepEqual(await answerOf(gem, path), noRoute)
    const written = await fetch(`${gem.url}/ats/v0/jobs/`, {
      method: 'POST',
      headers: { 'x-api-key': gem.apiKey },
    })
    assert.equal(written.status, 403)
  })

  test('an unknown object and a list that Gem may have are not found', async (context) => {
    const gem = await startGem(context)
    assert.deepEqual(await answerOf(gem, '/ats/v0/candidates/nobody'), notFound)
    assert.deepEqual(await answerOf(gem, '/ats/v0/offers/'), notFound)
    assert.deepEqual(await answerOf(gem, '/ats/v0/jobs/nothing/stages'), notFound)
  })

  test('item reads can be switched off', async (context) => {
    const gem = await startGem(context)
    const { id } = findObject(gem, 'users')
    const path = `/ats/v0/users/${encodeURIComponent(id)}`
    assert.equal((await readJson<{ id: string }>(gem, path)).id, id)
    gem.setSwitches({ itemReads: false })
    assert.deepEqual(await answerOf(gem, path), notFound)
  })

  test('bad parameters are refused by name, or clamped', async (context) => {
    const gem = await startGem(context)
    for (const query of [
      'page=0',
      'per_page=501',
      'per_page=x',
      'created_after=1700000000',
      'include_deleted=yes',
    ]) {
      const refused = await answerOf(gem, `/ats/v0/users/?${query}`)
      assert.equal(refused.status, 422)
      assert.deepEqual(Object.keys(refused.body.errors.query), [query.split('=')[0]])
    }
    gem.setSwitches({ badParameters: 'clamp' })
    assert.equal((await readJson(gem, '/ats/v0/candidates/?per_page=0')).length, 1)
    assert.ok((await readJson(gem, '/ats/v0/candidates/?per_page=9999&page=0&created_after=x')).length > 100)
  })

  test('an unescaped plus in a time is refused', async (context) => {
    const gem = await startGem(context)
    assert.equal((await answerOf(gem, '/ats/v0/users/?created_after=2026-01-01T00:00:00+00:00')).status, 422)
    await readJson(gem, '/ats/v0/users/?created_after=2026-01-01T00:00:00%2B00:00')
  })

  test('requests beyond the burst are throttled', async (context) => {
    const gem = await startGem(context, { rate: { perSecond: 0, burst: 2 } })
    await readJson(gem, '/ats/v0/jobs/')
    await readJson(gem, '/ats/v0/jobs/')
    const expected = { status: 429, type: 'TooManyRequestsException', body: { message: 'Too Many Requests' } }
    assert.deepEqual(await answerOf(gem, '/ats/v0/jobs/'), expected)
    gem.setRate(null)
    await readJson(gem, '/ats/v0/jobs/')
  })

  test('an exceeded quota is told apart from a throttle', async (context) => {
    const gem = await startGem(context, { switches: { quotaExceeded: true } })
    const expected = { status: 429, type: 'LimitExceededException', body: { message: 'Limit Exceeded' } }
    assert.deepEqual(await answerOf(gem, '/ats/v0/jobs/'), expected)
  })

  test('single lists can be forbidden', async (context) => {
    const gem = await startGem(context, { switches: { forbidden: ['applications'] } })
    const refused = await answerOf(gem, '/ats/v0/applications/')
    assert.deepEqual([refused.status, refused.body.code], [403, 403])
    assert.ok((await readAll(gem, 'candidates')).length > 0)
  })

  test('an answer beyond the size limit is an error of the gateway', async (context) => {
    const gem = await startGem(context, { switches: { maxBodyBytes: 20_000 } })
    assert.equal((await answerOf(gem, '/ats/v0/candidates/?per_page=100')).status, 500)
    assert.equal((await ask(gem, '/ats/v0/candidates/?per_page=5')).status, 200)
  })

  test('every answer carries the clock of the server', async (context) => {
    const gem = await startGem(context, { now: () => new Date('2027-01-02T03:04:05Z') })
    const response = await ask(gem, '/ats/v0/jobs/')
    assert.equal(response.headers.get('date'), 'Sat, 02 Jan 2027 03:04:05 GMT')
    assert.ok(response.headers.get('x-amzn-requestid'))
  })
})
