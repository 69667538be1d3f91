import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { backOff } from '../../src/activities/back-off.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const shortest = () => 0
const longest = () => 1 - Number.EPSILON / 2

describe('the wait after a 429 that does not say how long', () => {
  test('doubles its bound with each wait in a row, up to half an hour', () => {
    const bounds = [0, 1, 2, 3, 8, 11, 50].map((before) => Math.round(backOff('throttled', before, longest)))
    assert.deepEqual(bounds, [
      second,
      2 * second,
      4 * second,
      8 * second,
      256 * second,
      30 * minute,
      30 * minute,
    ])
  })

  test('is at least half of its bound, so that what cannot succeed costs fewer than ten calls an hour', () => {
    assert.equal(backOff('throttled', 0, shortest), second / 2)
    const sideBySide = 2
    assert.ok((hour / backOff('throttled', 50, shortest)) * sideBySide < 10)
  })

  test('is longer for a used-up quota: from minutes up to six hours', () => {
    const bounds = [0, 1, 4, 5, 50].map((before) => Math.round(backOff('quota', before, longest)))
    assert.deepEqual(bounds, [15 * minute, 30 * minute, 4 * hour, 6 * hour, 6 * hour])
    assert.ok(backOff('quota', 0, shortest) > backOff('throttled', 8, longest))
  })

  test('is a finite time within its bounds, whatever number of waits there were before', () => {
    const some = fc.record({
      before: fc.nat(),
      chance: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    })
    fc.assert(
      fc.property(
        fc.constantFrom('throttled' as const, 'quota' as const),
        some,
        (reason, { before, chance }) => {
          const wait = backOff(reason, before, () => chance)
          assert.ok(wait >= backOff(reason, before, shortest) && wait <= backOff(reason, before, longest))
          assert.ok(wait <= 6 * hour)
        },
      ),
    )
  })

  test('differs from one account to the next', () => {
    const waits = new Set(Array.from({ length: 20 }, () => backOff('throttled', 8)))
    assert.ok(waits.size > 1)
  })
})
