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

test('absence, nonsense and the past are null', () => {
  assert.equal(read({}), null)
  const past = 'Thu, 01 Jan 2020 00:00:00 GMT'
  for (const text of ['', 'soon', '-5', '0', '1e9', '99999999999999999999', '5', past].filter(
    (x) => x !== '5',
  )) {
    assert.equal(read({ 'retry-after': text }), null, text)
  }
})
