import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import fc from 'fast-check'
import { connect, type Db } from '../../src/database/connect.ts'
import { afterRefusal } from '../../src/database/learned-rate.ts'
import {
  noteRefusal,
  type Rate,
  readBlock,
  readLearnedRate,
  reserveSlots,
} from '../../src/database/rate-limit.ts'
import { createTokenBucket } from '../../src/embedded/simulated-gem/token-bucket.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { addBareAccount } from '../support/direct-sync.ts'
import { at } from '../support/statement-clock.ts'

const second = 1_000
const settings: Rate = { perSecond: 10, burst: 3 }

let database: TestDatabase
/** One pool a worker. */
let workers: readonly [Db, Db]
let account: string
before(async () => {
  database = await createTestDatabase()
  workers = [connect(database.workerUrl, { max: 2 }), connect(database.workerUrl, { max: 2 })]
})
after(async () => {
  for (const db of workers) await db.destroy()
  await database.drop()
})
beforeEach(async () => {
  account = await addBareAccount(workers[0])
})

/** @returns when the calls may be made, in milliseconds; none while calls are blocked. */
async function reserve(count: number, now: number, rate = settings, db = workers[0]): Promise<number[]> {
  const reservation = await reserveSlots(db, account, rate, count, at(now))
  // PostgreSQL counts in microseconds.
  return reservation.kind === 'slots' ? reservation.delays.map((wait) => round(now + wait)) : []
}

const round = (ms: number) => Math.round(ms * 1_000) / 1_000

/** A call that was let through by this rate is refused; it was told to wait for so long. */
const refuse = (perSecond: number, now: number, pauseMs = second) =>
  noteRefusal(workers[1], account, { pauseMs, learned: afterRefusal(perSecond) }, at(now))

const learned = (rate = settings) => readLearnedRate(workers[0], account, rate)

/** Calls that find a bucket of the settings' size empty. */
function overdrafts(granted: readonly number[]): number[] {
  let now = Number.NEGATIVE_INFINITY
  const roundingUp = 0.001
  const bucket = createTokenBucket({ ...settings, burst: settings.burst + roundingUp }, () => now)
  return granted
    .toSorted((one, other) => one - other)
    .filter((time) => {
      now = time
      return !bucket.take()
    })
}

describe('slots for calls', () => {
  test('are the burst at once after a quiet time, then one after the other', async () => {
    assert.deepEqual(await reserve(5, 0), [0, 0, 0, 100, 200])
    assert.deepEqual(await reserve(2, 50), [300, 400])
    assert.deepEqual(await reserve(4, 60 * second), [60_000, 60_000, 60_000, 60_100])
  })

  test('are an account’s own', async () => {
    await reserve(5, 0)
    account = await addBareAccount(workers[0])
    assert.deepEqual(await reserve(3, 0), [0, 0, 0])
  })

  test('never exceed the budget, however two workers reserve them side by side and whatever is refused', async () => {
    const batch = fc.record({ worker: fc.constantFrom(0, 1), count: fc.integer({ min: 1, max: 4 }) })
    const step = fc.record({
      forward: fc.oneof(fc.constant(0), fc.nat(300), fc.nat(5_000)),
      batches: fc.array(batch, { minLength: 1, maxLength: 4 }),
      refusedFor: fc.option(fc.nat(2_000), { freq: 5 }),
    })
    let slots = 0
    const isKept = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 20 }), async (steps) => {
      account = await addBareAccount(workers[0])
      const granted: number[] = []
      let now = 0
      for (const { forward, batches, refusedFor } of steps) {
        now += forward
        const beside = batches.map(({ worker, count }) => reserve(count, now, settings, workers[worker]))
        granted.push(...(await Promise.all(beside)).flat())
        if (refusedFor !== null) await refuse(settings.perSecond, now, refusedFor)
      }
      assert.deepEqual(overdrafts(granted), [])
      slots += granted.length
    })
    await fc.assert(isKept, { numRuns: 40 })
    assert.ok(slots > 400, `only ${slots} slots were looked at`)
  })

  test('follow lower settings at once, and higher ones as well where nothing was learned', async () => {
    await reserve(3, 0)
    assert.deepEqual(await reserve(3, 0, { perSecond: 2, burst: 1 }), [100, 600, 1_100])
    assert.deepEqual(await reserve(3, 10 * second, { perSecond: 2, burst: 1 }), [10_000, 10_500, 11_000])
    assert.deepEqual(await reserve(3, 20 * second, { perSecond: 20, burst: 2 }), [20_000, 20_000, 20_050])
  })
})

describe('a refused call', () => {
  test('blocks the account for as long as Gem says, the longest time of several', async () => {
    await reserve(1, 0)
    await refuse(10, 0, 5 * second)
    await refuse(10, 100, 1 * second)
    const blocked = await reserveSlots(workers[0], account, settings, 1, at(2 * second))
    assert.deepEqual(blocked, { kind: 'blocked', ms: 3 * second })
    assert.equal(await readBlock(workers[0], account, at(4 * second)), 1 * second)
    assert.equal(await readBlock(workers[0], account, at(5 * second)), 0)
    assert.equal((await reserve(1, 5 * second)).length, 1)
  })

  test('takes a fifth off the rate, and all of the burst: after the pause calls are evenly spaced', async () => {
    await reserve(1, 0)
    await refuse(10, 0)
    assert.deepEqual(await learned(), { perSecond: 8, burst: 1 })
    assert.deepEqual(await reserve(3, 3 * second), [3_000, 3_125, 3_250])
  })

  test('leaves nothing saved up during the pause, even where no rate was learned', async () => {
    await reserve(3, 0)
    await noteRefusal(workers[0], account, { pauseMs: 60 * second, learned: null }, at(0))
    assert.deepEqual(await reserve(3, 60 * second), [60_000, 60_100, 60_200])
  })

  test('teaches the same as those that were under way beside it, and nothing more when it comes late', async () => {
    await reserve(4, 0)
    for (let call = 0; call < 4; call++) await refuse(10, call)
    assert.deepEqual(await learned(), { perSecond: 8, burst: 1 })
    await refuse(8, 2 * second)
    await refuse(10, 3 * second)
    assert.deepEqual(await learned(), { perSecond: 6.4, burst: 1 })
  })

  test('lowers the rate to a call in five seconds, and not a rate that was lower by the settings', () => {
    let rate = 10
    for (let refusal = 0; refusal < 50; refusal++) rate = afterRefusal(rate).perSecond
    assert.equal(rate, 0.2)
    assert.equal(afterRefusal(0.01).perSecond, 0.01)
  })

  test('of a used-up quota leaves the rate and the burst alone', async () => {
    await reserve(1, 0)
    await noteRefusal(workers[0], account, { pauseMs: second, learned: null }, at(0))
    assert.equal(await learned(), null)
    assert.deepEqual(await reserve(4, 60 * second), [60_000, 60_000, 60_000, 60_100])
  })
})

describe('a learned rate', () => {
  test('grows with calls that it makes wait, and no others, up to the settings', async () => {
    await refuse(10, 0, 0)
    await reserve(1, 10 * second)
    await reserve(1, 20 * second)
    assert.deepEqual(await learned(), { perSecond: 8, burst: 1 })
    let now = 20 * second
    for (let calls = 0; calls < 8 * 60; calls += 4) now = Math.max(...(await reserve(4, now)))
    const grown = await learned()
    assert.ok(
      grown && grown.perSecond > 8.5 && grown.perSecond < 8.6,
      `${grown?.perSecond} after a minute of calls`,
    )
    for (let calls = 0; calls < 2_000; calls += 20) now = Math.max(...(await reserve(20, now)))
    assert.deepEqual(await learned({ ...settings, burst: 1 }), null)
  })

  test('holds below higher settings, and gives way to lower ones', async () => {
    await refuse(10, 0)
    assert.deepEqual(await learned({ perSecond: 20, burst: 3 }), { perSecond: 8, burst: 1 })
    assert.deepEqual(await reserve(2, second, { perSecond: 20, burst: 3 }), [1_000, 1_125])
    assert.deepEqual(await reserve(2, 10 * second, { perSecond: 4, burst: 1 }), [10_000, 10_250])
    assert.deepEqual(await reserve(2, 20 * second, { perSecond: 20, burst: 3 }), [20_000, 20_125])
  })

  test('that has reached the settings is forgotten: higher settings then count at once', async () => {
    await refuse(1, 0, 0)
    let now = 0
    for (let calls = 0; calls < 2_000; calls += 20)
      now = Math.max(...(await reserve(20, now, { perSecond: 1, burst: 1 })))
    assert.deepEqual(await reserve(2, now + 60 * second, { perSecond: 5, burst: 1 }), [
      now + 60_000,
      now + 60_200,
    ])
  })
})
