import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DateTime } from 'luxon'
import { readTime } from '../support/oracle/iso-time.ts'
import {
  borrowedTimes,
  readableTimes,
  unreachableTime,
  unreadableTimes,
} from '../support/strange-account/pools.ts'

const golden: [string, string][] = [
  ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  ['2026-03-01T10:20:30', '2026-03-01T10:20:30.000Z'],
  ['2026-03-01T10:20:30+05:30', '2026-03-01T04:50:30.000Z'],
  ['2026-03-01T10:20:30-03', '2026-03-01T13:20:30.000Z'],
  ['2026-03-01T10:20:30.123456Z', '2026-03-01T10:20:30.123Z'],
  ['2026-03-01T10:20:30,5Z', '2026-03-01T10:20:30.500Z'],
  ['20260301T102030.123+0100', '2026-03-01T09:20:30.123Z'],
  ['2026-W53-7', '2027-01-03T00:00:00.000Z'],
  ['2026W011', '2025-12-29T00:00:00.000Z'],
  ['2026-060', '2026-03-01T00:00:00.000Z'],
  ['2026-03-01T24:00:00Z', '2026-03-02T00:00:00.000Z'],
  ['2026-03-01 10:20:30 UTC', '2026-03-01T10:20:30.000Z'],
  ['2026-03-01T10:20:30Z[Europe/Berlin]', '2026-03-01T10:20:30.000Z'],
  ['2026-03-01T10:20:30+05:30[America/New_York]', '2026-03-01T04:50:30.000Z'],
  ['2026-12-31T23:59:60Z', '2027-01-01T00:00:00.000Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
]

test('reads ISO 8601 as computed by hand', () => {
  for (const [value, expected] of golden) assert.equal(readTime(value)?.toISOString(), expected, value)
})

test('reads every time of the strange account as luxon does', () => {
  const times = readableTimes.filter((time) => !borrowedTimes.includes(time))
  for (const value of [...times, unreachableTime]) {
    const expected = DateTime.fromISO(value, { zone: 'utc' })
    assert.ok(expected.isValid, value)
    assert.equal(readTime(value)?.getTime(), expected.toMillis(), value)
  }
})

test('reads none of the unreadable ones, nor does luxon', () => {
  for (const value of unreadableTimes) {
    assert.equal(readTime(value), null, value)
    assert.ok(!DateTime.fromISO(value, { zone: 'utc' }).isValid, value)
  }
})
