import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bar } from '../../src/cli/status/bar.ts'
import { progressOf } from '../../src/cli/status/progress.ts'
import { ahead, span } from '../../src/cli/status/times.ts'
import type { StreamProgress } from '../../src/database/list-progress.ts'

const half: StreamProgress = {
  ...{ stream: 'candidates', state: 'RUNNING', step: 'whole', offset: 500, total: 1_000, previous: 4_000 },
  ...{
    seconds: 10,
    fetched: 500,
    inserted: 500,
    updated: 0,
    unchanged: 0,
    deleted: 0,
    rejected: 0,
    error: null,
    warning: null,
  },
}

test("a list's share is that of what Gem says it has", () => {
  const { share, basis, rowsPerSecond, secondsLeft } = progressOf(half, 'full')
  assert.deepEqual([share, basis, rowsPerSecond, secondsLeft], [0.5, 'gem', 50, 10])
})

test('where Gem does not say, the last full sync is the measure, for a full sync alone', () => {
  const untold = { ...half, total: null }
  assert.deepEqual(
    [
      progressOf(untold, 'full').share,
      progressOf(untold, 'full').basis,
      progressOf(untold, 'full').secondsLeft,
    ],
    [0.125, 'previous', 70],
  )
  assert.equal(progressOf(untold, 'delta').share, null)
  assert.equal(progressOf({ ...untold, step: 'window' }, 'full').share, null)
  assert.equal(progressOf({ ...untold, previous: null }, 'full').share, null)
})

test('a list that has grown since is never more than full', () => {
  assert.equal(progressOf({ ...half, total: null, previous: 400 }, 'full').share, 1)
})

test('an empty list is read, a second look has no length, and what has not begun has no rate', () => {
  assert.equal(progressOf({ ...half, offset: 0, total: 0 }, 'full').share, 1)
  assert.equal(progressOf({ ...half, step: 'absences' }, 'full').share, null)
  const pending = { ...half, state: null, step: null, offset: null, total: null, seconds: 0, fetched: 0 }
  assert.deepEqual(progressOf(pending, 'full'), {
    ...{ share: null, basis: null, rowsPerSecond: null, secondsLeft: null },
  })
})

test('a bar is full only when all is there', () => {
  assert.equal(bar(0), '░░░░░░░░░░░░░░░░   0 %')
  assert.equal(bar(0.375), '██████░░░░░░░░░░  37 %')
  assert.equal(bar(0.999), '███████████████░  99 %')
  assert.equal(bar(1), '████████████████ 100 %')
})

test('lengths of time are told in the two largest units', () => {
  assert.deepEqual([0, 59.4, 61, 3_600, 90_061].map(span), ['0 s', '59 s', '1 m 1 s', '1 h 0 m', '1 d 1 h'])
  const now = Date.parse('2026-01-01T00:00:00Z')
  assert.equal(ahead('2026-01-01T00:02:05Z', now), 'in 2 m 5 s')
  assert.equal(ahead('2025-12-31T23:59:59Z', now), 'due')
})
