import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { isEmailAddress } from '../../src/mappers/email-address.ts'
import { readTime, text } from '../../src/mappers/values.ts'
import { read } from './read.ts'

const times: [sent: string, stored: string][] = [
  ['2025-12-04T17:50:36.133Z', '2025-12-04T17:50:36.133Z'],
  ['2025-12-04T17:50:36Z', '2025-12-04T17:50:36.000Z'],
  ['2025-12-04T17:50:36.1Z', '2025-12-04T17:50:36.100Z'],
  ['2025-12-04T17:50:36.133456Z', '2025-12-04T17:50:36.133Z'],
  ['2025-12-04T17:50:36,5Z', '2025-12-04T17:50:36.500Z'],
  ['2025-12-04T17:50:36+00:00', '2025-12-04T17:50:36.000Z'],
  ['2025-12-04T17:50:36.133-08:00', '2025-12-05T01:50:36.133Z'],
  ['2025-12-04T17:50:36+0530', '2025-12-04T12:20:36.000Z'],
  ['2025-12-04T17:50:36', '2025-12-04T17:50:36.000Z'],
  ['2025-12-04 17:50:36', '2025-12-04T17:50:36.000Z'],
  ['2025-12-04t17:50:36z', '2025-12-04T17:50:36.000Z'],
  ['2025-12-04T17:50Z', '2025-12-04T17:50:00.000Z'],
  ['2025-12-04', '2025-12-04T00:00:00.000Z'],
  ['20251204T175036Z', '2025-12-04T17:50:36.000Z'],
  ['2025-W49-4', '2025-12-04T00:00:00.000Z'],
  ['2025-338', '2025-12-04T00:00:00.000Z'],
  [' 2025-12-04 ', '2025-12-04T00:00:00.000Z'],
  ['2025-12-04T24:00:00Z', '2025-12-05T00:00:00.000Z'],
  ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ['0099-01-01T00:00:00Z', '0099-01-01T00:00:00.000Z'],
  ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z BC'],
  ['+012025-12-04T00:00:00Z', '12025-12-04T00:00:00.000Z'],
]

for (const [sent, stored] of times) {
  test(`the time ${sent} is stored as ${stored}`, () => {
    const mapped = read('jobs', { opened_at: sent })
    assert.equal(mapped.columns.opened_at, stored)
    assert.equal(mapped.warnings, 0)
  })
}

test('a time of digits is what a calendar says: itself, or none', () => {
  const digits = (most: number, length: number) =>
    fc.nat({ max: most }).map((n) => `${n}`.padStart(length, '0'))
  const parts = fc.tuple(
    ...[fc.constantFrom('2023', '2024', '1900', '9999', '0001'), digits(13, 2), digits(32, 2)],
    ...[digits(25, 2), digits(61, 2), digits(61, 2), digits(999, 3)],
  )
  fc.assert(
    fc.property(parts, ([year, month, day, hour, minute, second, millisecond]) => {
      const sent = `${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`
      const read = DateTime.fromISO(sent, { zone: 'utc' })
      assert.equal(readTime(sent), read.isValid ? read.toJSDate().toISOString() : null)
    }),
    { numRuns: 2_000 },
  )
})

const noTimes = [
  'yesterday',
  '2025-02-30',
  '2025-02-30T00:00:00Z',
  '2025-13-01',
  '17:50',
  '04.12.2025',
  '1764870636.5x',
]

for (const sent of noTimes) {
  test(`${sent} is no time: null with a warning`, () => {
    const mapped = read('jobs', { opened_at: sent })
    assert.equal(mapped.columns.opened_at, null)
    assert.equal(mapped.warnings, 1)
  })
}

test('an empty time is null without a warning', () => {
  for (const opened_at of ['', ' ', null]) assert.equal(read('jobs', { opened_at }).warnings, 0)
})

test('text is trimmed and blank text is null', () => {
  assert.equal(text(' a b '), 'a b')
  for (const blank of ['', ' ', '\t\n\u00a0\ufeff', null, undefined]) assert.equal(text(blank), null)
})

test('an e-mail address has one @, a local part, a domain with a dot, and no blanks or control characters', () => {
  for (const valid of ['a@b.de', 'A.b+c@x.co.uk', 'jörg@müller.de', "o'neil@x.de"])
    assert.ok(isEmailAddress(valid), valid)
  const invalid = [
    '',
    'a',
    '@b.de',
    'a@',
    'a@b',
    'a@@b.de',
    'a@b@c.de',
    'a b@c.de',
    'a@b.de\u0007',
    'a@b\u00a0.de',
  ]
  for (const address of invalid) assert.ok(!isEmailAddress(address), address)
})
