import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { toAnswerError } from '../../src/gem/answer-errors.ts'
import { API_KEY, CANDIDATES, connectTo, SECRET } from './gem-server.ts'

const app = (code: number, status: string) =>
  JSON.stringify({ code, status, message: 'About ana@example.org' })
const html = '<html>ana@example.org</html>'

const FORMS = [
  [403, '{"message":"Forbidden"}', { name: 'CredentialsRefusedError' }],
  [403, html, { name: 'CredentialsRefusedError' }],
  [403, app(403, 'Forbidden'), { name: 'CredentialsRefusedError' }],
  [401, app(401, 'Unauthorized'), { name: 'CredentialsRefusedError' }],
  [403, '{"message":"Missing Authentication Token"}', { name: 'RequestRefusedError', status: 403 }],
  [429, '{"message":"Too Many Requests"}', { name: 'WaitError', reason: 'throttled', until: null }],
  [429, app(429, 'Too Many Requests'), { name: 'WaitError', reason: 'throttled', until: null }],
  [429, '', { name: 'WaitError', reason: 'throttled', until: null }],
  [429, '{"message":"Limit Exceeded"}', { name: 'WaitError', reason: 'quota', until: null }],
  [413, '{"message":"Request Too Long"}', { name: 'TryAgainError', smallerPage: 'at once' }],
  [500, '{"message":"Internal server error"}', { name: 'TryAgainError', smallerPage: 'if repeated' }],
  [502, html, { name: 'TryAgainError', smallerPage: 'if repeated' }],
  [503, '{"message":"Service Unavailable"}', { name: 'TryAgainError', smallerPage: 'if repeated' }],
  [504, '{"message":"Endpoint request timed out"}', { name: 'TryAgainError', smallerPage: 'at once' }],
  [520, '', { name: 'TryAgainError', smallerPage: 'if repeated' }],
  [408, '', { name: 'TryAgainError', smallerPage: 'no' }],
  [204, '', { name: 'TryAgainError', smallerPage: 'no' }],
  [400, app(400, 'Bad Request'), { name: 'RequestRefusedError', status: 400 }],
  [404, app(404, 'Not Found'), { name: 'RequestRefusedError', status: 404 }],
  [405, html, { name: 'RequestRefusedError', status: 405 }],
  [409, app(409, 'Conflict'), { name: 'RequestRefusedError', status: 409 }],
  [422, app(422, 'Unprocessable Entity'), { name: 'RequestRefusedError', status: 422 }],
  [418, '{"message":5}', { name: 'RequestRefusedError', status: 418 }],
  [300, '', { name: 'RequestRefusedError', status: 300 }],
] as const

for (const [status, body, expected] of FORMS) {
  test(`${status} with ${body || 'nothing'} is a ${expected.name}`, async (t) => {
    const { client } = await connectTo(t, (_, response) => response.writeHead(status).end(body), {
      applicationSecret: SECRET,
    })
    await assert.rejects(
      client.fetchPage({ ...CANDIDATES, query: { email: 'ana@example.org' } }),
      (error: Error) => {
        assert.partialDeepStrictEqual({ ...error }, expected)
        assert.match(
          error.message,
          new RegExp(`^GET /ats/v0/candidates/ page 3 \\(50 per page\\): status ${status}`),
        )
        const shown = inspect(error, { depth: null, showHidden: true })
        for (const secret of ['ana@', API_KEY, SECRET]) assert.equal(shown.includes(secret), false)
        return true
      },
    )
  })
}

const call = { path: '/ats/v0/jobs/', label: '/ats/v0/jobs/', query: { per_page: '900' }, signal: undefined }
const answer = (status: number, text: string, headers: Record<string, string> = {}) => ({
  status,
  body: Buffer.from(text),
  headers: new Map(Object.entries(headers)),
})

test('a message holds the known text, the parameters complained about and the request id', () => {
  const text =
    '{"code":422,"status":"Unprocessable Entity","errors":{"query":{"per_page":["no"],"Ana Ruiz":["no"]}}}'
  const error = toAnswerError(call, answer(422, text, { 'x-amzn-requestid': '0c2d-44' }))
  assert.equal(
    error.message,
    'GET /ats/v0/jobs/: status 422 Unprocessable Entity about per_page (request 0c2d-44)',
  )
})

test('a refused key says what to do', () => {
  const { message } = toAnswerError(call, answer(403, '{"message":"Forbidden"}'))
  assert.equal(
    message,
    'GET /ats/v0/jobs/: status 403 Forbidden; the key may not read this list. If Gem refuses all of them: gem-ats-sync account set-key ACCOUNT',
  )
})

test('a request id of a strange form is left out', () => {
  const { message } = toAnswerError(call, answer(500, '', { 'x-amzn-requestid': 'ana@example.org' }))
  assert.equal(message, 'GET /ats/v0/jobs/: status 500')
})

test('an item is named without its id', async (t) => {
  const { client } = await connectTo(t, (_, response) => response.writeHead(500).end())
  await assert.rejects(client.fetchItem({ path: '/ats/v0/candidates/', id: 'secret-id' }), {
    message: 'GET /ats/v0/candidates/{id}: status 500',
  })
})

for (const [what, body] of [
  ['an endless', 'x'.repeat(200_000)],
  ['a truncated', null],
] as const) {
  test(`${what} body does not change what a status means`, async (t) => {
    const { client } = await connectTo(t, (_, response) => {
      response.writeHead(403, { 'content-length': 300_000 })
      if (body === null) response.write('{"mess', () => response.destroy())
      else response.write(body)
    })
    await assert.rejects(client.fetchPage(CANDIDATES), { name: 'CredentialsRefusedError' })
  })
}
