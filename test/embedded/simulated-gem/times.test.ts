import assert from 'node:assert/strict'
import { test } from 'node:test'
import { iso } from '../../../src/embedded/simulated-gem/generate/shared.ts'

test('times are written as JavaScript writes them', () => {
  const times = [
    0,
    1,
    999,
    86_399_999,
    86_400_000,
    -1,
    Date.UTC(2024, 1, 29, 23, 59, 59, 7),
    1_767_225_600_123,
  ]
  for (const time of times) assert.equal(iso(time), new Date(time).toISOString())
})
