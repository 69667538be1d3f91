import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { retryDelay } from '../../src/activities/back-off.ts'
import { CallRetries, type RetriesFrom } from '../../src/activities/call-retries.ts'
import {
  BlockedError,
  CredentialsRefusedError,
  RequestRefusedError,
  TryAgainError,
  WaitError,
} from '../../src/errors.ts'

const { signal } = new AbortController()
const later = performance.now() + 3_600_000
const broken = new TryAgainError('status 503')

/** Calls that always fail, and the waits that are handed to the clock. */
async function failWith(error: Error, options: { from?: RetriesFrom; until?: number } = {}) {
  const waits: number[] = []
  const pause = async (milliseconds: number) => void waits.push(milliseconds)
  const retries = new CallRetries({ from: 'first call', until: later, pause, ...options })
  let calls = 0
  const call = async () => {
    calls++
    throw error
  }
  await assert.rejects(retries.run(call, signal), error)
  return { calls, waits }
}

describe('a call that fails', () => {
  test('is made again up to three times, after 0.5, 1 and 2 seconds at most', async () => {
    const { calls, waits } = await failWith(broken)
    assert.equal(calls, 4)
    assert.equal(waits.length, 3)
    for (const [index, wait] of waits.entries()) {
      const most = [500, 1_000, 2_000][index] ?? 0
      assert.ok(wait >= most / 2 && wait <= most, `${wait} ms`)
    }
    const waitsAtMost = [1, 2, 3].map((failures) => retryDelay(failures, () => 1))
    assert.deepEqual(waitsAtMost, [500, 1_000, 2_000])
  })

  for (const error of [
    new WaitError('status 429', 'throttled', null),
    new WaitError('status 429', 'quota', null),
    new BlockedError('a pause'),
    new CredentialsRefusedError('status 401'),
    new RequestRefusedError('status 422', 422),
    new TryAgainError('in circles', { deadEnd: { page: 2, perPage: 10, sameAs: 1, rows: 10 } }),
  ]) {
    test(`is not made again after ${error.name}: ${error.message}`, async () => {
      assert.equal((await failWith(error)).calls, 1)
    })
  }

  test('is not made again once the slice has had its time, the wait included', async () => {
    assert.equal((await failWith(broken, { until: performance.now() + 200 })).calls, 1)
  })

  test('is not made again before Gem has answered at all, and is after it has', async () => {
    assert.equal((await failWith(broken, { from: 'first good answer' })).calls, 1)
    const retries = new CallRetries({ from: 'first good answer', until: later, pause: async () => {} })
    await retries.run(async () => 'answer', signal)
    assert.equal(await failingOnce(retries), 2)
    assert.deepEqual(retries.slice, { answered: true, progressed: false })
  })

  test('is not made again while a circuit breaker is half-open, which a page of the list closes', async () => {
    const retries = new CallRetries({ from: 'first page', until: later, pause: async () => {} })
    await retries.run(async () => 'answer', signal)
    await assert.rejects(failingOnce(retries), broken)
    retries.madeProgress({ isNews: false })
    assert.equal(await failingOnce(retries), 2)
  })

  test('is waited for no longer when the activity is cancelled', async () => {
    const controller = new AbortController()
    const reason = new Error('the worker shuts down')
    const retries = new CallRetries({ from: 'first call', until: later })
    const call = async () => {
      queueMicrotask(() => controller.abort(reason))
      throw broken
    }
    await assert.rejects(retries.run(call, controller.signal), reason)
  })
})

async function failingOnce(retries: CallRetries): Promise<number> {
  let calls = 0
  return await retries.run(async () => {
    if (++calls === 1) throw broken
    return calls
  }, signal)
}
