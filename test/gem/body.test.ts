import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { MAX_DEPTH } from '../../src/gem/nesting.ts'
import { CANDIDATES, connectTo } from './gem-server.ts'

async function fetchBody(t: test.TestContext, body: string | Buffer) {
  const { client } = await connectTo(t, (_, response) => response.end(body))
  return client.fetchPage(CANDIDATES)
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

for (const [what, body, smallerPage] of [
  ['HTML', '<html>Ana</html>', 'no'],
  ['nothing', '', 'no'],
  ['blanks', ' \n', 'no'],
  ['an object', '{"records":[]}', 'no'],
  ['null', 'null', 'no'],
  ['a string', '"Ana"', 'no'],
  ['text', 'Ana Ruiz', 'no'],
  ['JSON with a fault', '[{"id":Ana}]', 'no'],
  ['JSON with a raw NUL', '["\0"]', 'no'],
  ['truncated JSON', '[{"id":"a","name":"Ana', 'if repeated'],
  [
    'JSON truncated inside of what is nested too deep',
    `[{"id":"a","x":${'['.repeat(MAX_DEPTH * 2)}`,
    'if repeated',
  ],
] as const) {
  test(`a 200 with ${what} is worth another try${smallerPage === 'no' ? '' : ', and with a smaller page if repeated'}`, async (t) => {
    const error = await fetchBody(t, body).catch((error) => error)
    assert.equal(error.name, 'TryAgainError')
    assert.equal(error.smallerPage, smallerPage)
    assert.equal(inspect(error, { depth: null, showHidden: true }).includes('Ana'), false)
  })
}

test('a 200 with an array is no item', async (t) => {
  const { client } = await connectTo(t, (_, response) => response.end('[]'))
  await assert.rejects(client.fetchItem({ path: '/ats/v0/candidates/', id: 'a' }), {
    name: 'TryAgainError',
    message: 'GET /ats/v0/candidates/{id}: the answer is not a JSON object',
  })
})

test('a byte order mark is tolerated', async (t) => {
  assert.deepEqual((await fetchBody(t, '\ufeff["\ufffd"]')).records, ['\ufffd'])
})

test('bytes that are no UTF-8 are worth another try, and become nobody else’s id', async (t) => {
  const body = Buffer.concat([
    Buffer.from('[{"id":"Ana'),
    Buffer.from([0xff, 0xc3, 0x28]),
    Buffer.from('"}]'),
  ])
  await assert.rejects(fetchBody(t, body), {
    name: 'TryAgainError',
    smallerPage: 'no',
    message: 'GET /ats/v0/candidates/ page 3 (50 per page): the body is not valid UTF-8',
  })
})

for (const [text, needsSanitising] of [
  ['["\\u0000"]', true],
  ['["\\ud800"]', true],
  ['["\\uDfFf"]', true],
  ['["\\ud83d\\ude00"]', true],
  ['["\\u0001 \\ud7ff \\ue000 😀"]', false],
  ['[12345678901234567890]', true],
  ['[1234567890.5]', false],
  [`${'['.repeat(101)}${']'.repeat(101)}`, true],
  [`${'['.repeat(100)}${']'.repeat(100)}`, false],
  [`["${'['.repeat(101)}"]`, false],
] as const) {
  test(`${text.slice(0, 30)} … of ${text.length} characters ${needsSanitising ? 'may need' : 'needs no'} sanitising`, async (t) => {
    assert.equal((await fetchBody(t, text)).needsSanitising, needsSanitising)
  })
}

test('numbers that a double cannot hold are written back with their digits', async (t) => {
  const text =
    '[{"id":"a","n":[12345678901234567890,-9007199254740993,0.1234567890123456789,1e400,-1E-400,4.9406564584124654e-324]}]'
  assert.equal(JSON.stringify((await fetchBody(t, text)).records), text)
})

test('numbers that a double holds stay numbers beside those', async (t) => {
  const { records } = await fetchBody(
    t,
    '[12345678901234567890,1,-0.5,1.50,1e3,9007199254740992,100000000000000000000,1e-7]',
  )
  assert.deepEqual(records.slice(1), [1, -0.5, 1.5, 1000, 9007199254740992, 1e20, 1e-7])
})

test('numbers of any length are written back with their digits', async (t) => {
  const huge = `1${'0'.repeat(500_000)}1`
  const text = `[1e999999,-1e-999999,${huge},0.${huge}]`
  assert.equal(JSON.stringify((await fetchBody(t, text)).records), text)
})

test('a key named __proto__ stays data', async (t) => {
  const text = '[{"__proto__":{"n":12345678901234567890},"id":"a"}]'
  assert.equal(JSON.stringify((await fetchBody(t, text)).records), text)
})

test('what is nested too deep costs itself, not its page', async (t) => {
  const text = `[{"id":"a ] \\" [","deep":${nested(1_000_000)},"after":[1]},{"id":"b"}]`
  const { records, wasCut } = await fetchBody(t, text)
  assert.equal(wasCut, true)
  const cut = `${'['.repeat(MAX_DEPTH - 2)}null${']'.repeat(MAX_DEPTH - 2)}`
  assert.equal(JSON.stringify(records), `[{"id":"a ] \\" [","deep":${cut},"after":[1]},{"id":"b"}]`)
})

test('what is nested too deep is cut beside long numbers as well', async (t) => {
  const { records } = await fetchBody(t, `[12345678901234567890,${nested(1_000_000)}]`)
  assert.match(JSON.stringify(records), /^\[12345678901234567890,\[+null\]+$/)
})

test('what is nested as deep as allowed is kept whole', async (t) => {
  const text = nested(MAX_DEPTH)
  const { records, wasCut } = await fetchBody(t, text)
  assert.deepEqual([JSON.stringify(records), wasCut], [text, false])
})

for (const header of ['', 'x', '[]', '{"total":"5"}', '{"total":-1}', '{"total":1.5}', '{"total_pages":3}']) {
  test(`the X-Pagination ${JSON.stringify(header)} is as good as none`, async (t) => {
    const { client } = await connectTo(t, (_, response) =>
      response.setHeader('x-pagination', header).end('[]'),
    )
    assert.equal((await client.fetchPage(CANDIDATES)).pagination, null)
  })
}

test('X-Pagination of an empty list has no pages', async (t) => {
  const { client } = await connectTo(t, (_, response) =>
    response.setHeader('x-pagination', '{"total":0}').end('[]'),
  )
  assert.deepEqual((await client.fetchPage(CANDIDATES)).pagination, { total: 0, totalPages: null })
})

for (const date of ['', '5', 'yesterday', '2026-01-01T00:00:00Z', 'Xxx, 99 Foo 2026 00:00:00 GMT']) {
  test(`the Date ${JSON.stringify(date)} is as good as none`, async (t) => {
    const { client } = await connectTo(t, (_, response) => {
      response.sendDate = false
      response.setHeader('date', date)
      response.end('[]')
    })
    assert.equal((await client.fetchPage(CANDIDATES)).serverTime, null)
  })
}
