import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { isEmailAddress } from '../../src/mappers/email-address.ts'
import { readTime } from '../../src/mappers/iso-time.ts'
import { text } from '../../src/mappers/values.ts'
import { timeForms } from '../support/time-forms.ts'
import { read } from './read.ts'

for (const [sent, stored] of timeForms) {
  test(`the time ${sent} is ${stored === null ? 'null with a warning' : `stored as ${stored}`}`, () => {
    const mapped = read('jobs', { opened_at: sent })
    assert.equal(mapped.columns.opened_at, stored)
    assert.equal(mapped.warnings, stored === null ? 1 : 0)
  })
}

test('a time of digits is what a calendar says: itself, or none', () => {
  const digits = (most: number, length: number) =>
    fc.nat({ max: most }).map((n) => `${n}`.padStart(length, '0'))
  const parts = fc.tuple(
    ...[fc.constantFrom('2023', '2024', '1900', '9999', '0001'), digits(13, 2), digits(32, 2)],
    ...[digits(25, 2), digits(61, 2), digits(59, 2), digits(999, 3)],
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
