import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { computePhases, mainTables } from '../../src/streams.ts'
import { type AccountState, newRun, type RunProgress } from '../../src/workflows/state.ts'
import { brokenAfter, noteFailure } from '../../src/workflows/trouble.ts'

const hourMs = 3_600_000
const midnight = Date.UTC(2026, 0, 31)

function begin(at: number, trigger: RunProgress['trigger'], broken: AccountState['broken']): RunProgress {
  const id = '00000000-0000-4000-8000-000000000000'
  const wanted = {
    id,
    mode: 'full',
    trigger,
    models: mainTables,
    since: null,
    fromWatermark: false,
    confirmedModels: [],
  } as const
  return newRun({ ...wanted, startedAt: new Date(at).toISOString() }, broken)
}

/** Lets a sync meet a Gem that is away: those that may call fail at once. @returns when, and when it ended */
function failAll(run: RunProgress, from: number): { calls: number[]; end: number } {
  const calls: number[] = []
  let now = from
  for (const phase of computePhases(run.streams.map(({ stream }) => stream))) {
    for (;;) {
      const running = run.streams.filter(
        ({ stream, state }) => phase.includes(stream) && (state === 'PENDING' || state === 'RUNNING'),
      )
      if (running.length === 0) break
      for (const progress of running) progress.state = 'RUNNING'
      const { trouble } = run
      if (trouble !== null) now = Math.max(now, Date.parse(trouble.until))
      const asking = trouble === null ? running : running.filter(({ stream }) => stream === trouble.probe)
      assert.ok(asking.length > 0, `nobody asks while ${trouble?.probe} is to`)
      for (const progress of asking) {
        calls.push(now)
        progress.error = 'status 503'
        progress.isBroken = true
        if (noteFailure(run, progress, 'status 503', now)) progress.state = 'FAILED'
      }
    }
  }
  return { calls, end: now }
}

function mostInAnHour(calls: readonly number[]): number {
  return Math.max(...calls.map((from) => calls.filter((at) => at >= from && at < from + hourMs).length))
}

describe('while Gem is away', () => {
  test('a sync makes fewer than 10 calls in any hour, to its last list', () => {
    const run = begin(midnight, 'schedule', {})
    const { calls, end } = failAll(run, midnight)
    assert.ok(mostInAnHour(calls) < 10, `${mostInAnHour(calls)} calls in an hour`)
    assert.deepEqual(new Set(run.streams.map(({ state }) => state)), new Set(['FAILED']))
    assert.ok(end - midnight > 6 * hourMs && end - midnight < 24 * hourMs)
  })

  test('so do the syncs that people ask for after it', () => {
    let broken: AccountState['broken'] = {}
    const calls: number[] = []
    let now = midnight
    for (let count = 0; count < 4; count++) {
      const run = begin(now, 'signal', broken)
      const failed = failAll(run, now)
      calls.push(...failed.calls)
      now = failed.end
      broken = brokenAfter(broken, run, now)
    }
    assert.ok(mostInAnHour(calls) < 10, `${mostInAnHour(calls)} calls in an hour`)
  })

  test('a sync that is due meanwhile spares all lists until their time has come', () => {
    const first = begin(midnight, 'schedule', {})
    const { end } = failAll(first, midnight)
    const next = begin(end, 'schedule', brokenAfter({}, first, end))
    assert.deepEqual(new Set(next.streams.map(({ state }) => state)), new Set(['SKIPPED']))
    assert.equal(next.trouble, null)
  })
})

test('a list that fails alone does not hold up the others', () => {
  const run = begin(midnight, 'schedule', {})
  run.progressed = true
  const jobs = run.streams.find(({ stream }) => stream === 'jobs')
  assert.ok(jobs)
  for (let failures = 1; failures < 6; failures++)
    assert.equal(noteFailure(run, jobs, 'status 500', midnight), false)
  assert.equal(run.trouble?.probe, 'jobs')
  assert.equal(noteFailure(run, jobs, 'status 500', midnight), true)
  assert.equal(run.trouble, null)
})
