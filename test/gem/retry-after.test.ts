import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRetryAfter } from '../../src/gem/retry-after.ts'

const now = new Date('2026-01-01T00:00:00Z')
const read = (headers: Record<string, string>) =>
  readRetryAfter(new Map(Object.entries(headers)), now)?.toISOString() ?? null

test('seconds count from now, however many', () => {
  assert.equal(read({ 'retry-after': '90' }), '2026-01-01T00:01:30.000Z')
  assert.equal(read({ 'retry-after': '864000' }), '2026-01-11T00:00:00.000Z')
})

test('a date counts from the server’s own clock', () => {
  const headers = { 'retry-after': 'Thu, 01 Jan 2026 05:01:00 GMT', date: 'Thu, 01 Jan 2026 05:00:00 GMT' }
  assert.equal(read(headers), '2026-01-01T00:01:00.000Z')
})

test('a date counts from the local clock when the server names none', () => {
  assert.equal(read({ 'retry-after': 'Thu, 01 Jan 2026 00:02:00 GMT' }), '2026-01-01T00:02:00.000Z')
})

for (const [what, text] of [
  ['seconds since 1970', '1767225720'],
  ['seconds since 1970 with a fraction', '1767225720.000'],
  ['milliseconds since 1970', '1767225720000'],
  ['an ISO 8601 time', '2026-01-01T00:02:00Z'],
  ['an ISO 8601 time with an offset', '2026-01-01T01:02:00.000+01:00'],
] as const) {
  test(`${what} are a time, by the server’s own clock`, () => {
    assert.equal(read({ 'retry-after': text }), '2026-01-01T00:02:00.000Z')
    const date = 'Thu, 01 Jan 2026 00:01:00 GMT'
    assert.equal(read({ 'retry-after': text, date }), '2026-01-01T00:01:00.000Z')
  })
}

test('a wait of years in seconds is a wait of years', () => {
  assert.equal(read({ 'retry-after': '94608000' }), '2028-12-31T00:00:00.000Z')
})

test('absence, nonsense and the past are null', () => {
  assert.equal(read({}), null)
  const past = 'Thu, 01 Jan 2020 00:00:00 GMT'
  for (const text of [
    '',
    'soon',
    '-5',
    '0',
    '1e9',
    '99999999999999999999',
    '5',
    past,
    '1767225600',
    '1700000000',
    '1700000000000',
    '2026-01-01',
  ].filter((x) => x !== '5')) {
    assert.equal(read({ 'retry-after': text }), null, text)
  }
})
