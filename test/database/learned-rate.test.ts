/**
 * The limiter against a bucket that is not what the settings say, in virtual time: the statements are the real ones, on
 * a real PostgreSQL, with the clock as a parameter; the bucket is the simulated Gem's.
 */
import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { backOff } from '../../src/activities/back-off.ts'
import { afterRefusal } from '../../src/database/learned-rate.ts'
import {
  noteRefusal,
  type Rate,
  readBlock,
  readLearnedRate,
  reserveSlots,
} from '../../src/database/rate-limit.ts'
import { Random } from '../../src/embedded/simulated-gem/generate/random.ts'
import { createTokenBucket } from '../../src/embedded/simulated-gem/token-bucket.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { insertBareAccount } from '../support/direct-sync.ts'
import { at } from '../support/statement-clock.ts'
import { uniqueName } from '../support/temporal.ts'

const { db } = await databaseOfFile()

const usual: Rate = { perSecond: 15, burst: 20 }
const hours = 3_600_000

/** An account that calls whenever its limiter lets it, and what Gem answers. */
class Calls {
  readonly #account = uniqueName('acme')
  readonly #settings: Rate
  readonly #inFlight: number
  readonly #random = new Random(7)
  #bucket: { take(): boolean }
  /** Milliseconds of virtual time. */
  now = 0
  #made = 0
  #refused = 0

  constructor(bucket: Rate, { settings = usual, inFlight = 4 } = {}) {
    this.#bucket = createTokenBucket(bucket, () => this.now)
    this.#settings = settings
    this.#inFlight = inFlight
  }

  /** Gem's usage plan changes. */
  setBucket(bucket: Rate): void {
    this.#bucket = createTokenBucket(bucket, () => this.now)
  }

  /** Makes so many calls, several at a time. */
  async make(calls: number) {
    await insertBareAccount(db, this.#account)
    const from = { made: this.#made, refused: this.#refused, now: this.now }
    const enough = this.#made + calls
    let callers = Array.from({ length: this.#inFlight }, () => ({ at: this.now, steps: this.#call(enough) }))
    while (callers.length > 0) {
      const next = callers.reduce((one, other) => (other.at < one.at ? other : one))
      this.now = next.at
      const step = await next.steps.next()
      if (step.done) callers = callers.filter((caller) => caller !== next)
      else next.at = step.value
    }
    const made = this.#made - from.made
    const refused = this.#refused - from.refused
    return { refused: refused / made, perSecond: (made - refused) / ((this.now - from.now) / 1000) }
  }

  /** One call after the other, as a slice makes them; yields the time at which it goes on. */
  async *#call(enough: number): AsyncGenerator<number, void> {
    while (this.#made < enough) {
      const refusedBefore = this.#refused
      const slot = await reserveSlots(db, this.#account, this.#settings, 1, at(this.now))
      if (slot.kind === 'slots') yield this.now + (slot.delays[0] ?? 0)
      const mayBeBlocked = slot.kind === 'blocked' || this.#refused > refusedBefore
      const blockedMs = mayBeBlocked ? await readBlock(db, this.#account, at(this.now)) : 0
      if (blockedMs > 0 || slot.kind === 'blocked') {
        // The workflow needs a moment to start the next slice.
        yield this.now + blockedMs + this.#between(20, 200)
        continue
      }
      this.#made++
      yield this.now + this.#between(5, 40)
      const isTaken = this.#bucket.take()
      yield this.now + (isTaken ? this.#between(100, 400) : 20)
      if (!isTaken) await this.#learn(slot.perSecond)
    }
  }

  async #learn(perSecond: number): Promise<void> {
    this.#refused++
    const pauseMs = backOff('throttled', 0, () => this.#random.next())
    await noteRefusal(db, this.#account, { pauseMs, learned: afterRefusal(perSecond) }, at(this.now))
  }

  #between(from: number, to: number): number {
    return from + (to - from) * this.#random.next()
  }

  readLearnedRate(): Promise<Rate | null> {
    return readLearnedRate(db, this.#account, this.#settings)
  }
}

/** The calls that it takes to learn are not looked at. */
async function learnt(...args: ConstructorParameters<typeof Calls>): Promise<Calls> {
  const calls = new Calls(...args)
  await calls.make(300)
  return calls
}

const tell = (t: TestContext, { refused, perSecond }: { refused: number; perSecond: number }) =>
  t.diagnostic(`${(refused * 100).toFixed(2)} % refused, ${perSecond.toFixed(2)} calls a second`)

describe('against a bucket that is tighter than the settings, the limiter learns', () => {
  const buckets = [
    { bucket: { perSecond: 5, burst: 5 }, share: 0.9, calls: 4_000 },
    { bucket: { perSecond: 1, burst: 5 }, share: 0.9, calls: 1_500 },
    // Calls that come a moment too early find such a bucket empty, so the rate has to stay lower.
    { bucket: { perSecond: 5, burst: 1 }, share: 0.7, calls: 1_500 },
    // One that gives more than the settings ask for, but little at once.
    { bucket: { perSecond: 16, burst: 3 }, share: 0.8, calls: 1_500 },
  ]
  for (const { bucket, share, calls } of buckets) {
    test(`${bucket.perSecond}/s, ${bucket.burst} at once: 1 % of the calls are refused at most, and ${share * 100} % of what it gives is used`, async (t) => {
      const steady = await (await learnt(bucket)).make(calls)
      tell(t, steady)
      assert.ok(steady.refused <= 0.01, `${steady.refused} refused`)
      assert.ok(
        steady.perSecond >= share * Math.min(bucket.perSecond, usual.perSecond),
        `${steady.perSecond}/s`,
      )
    })
  }

  test('the same with 16 calls at a time', async (t) => {
    const steady = await (await learnt({ perSecond: 5, burst: 5 }, { inFlight: 16 })).make(1_500)
    tell(t, steady)
    assert.ok(steady.refused <= 0.01 && steady.perSecond >= 4.5)
  })

  test('its burst as well: deltas after hours without a call find it full, and do not overrun it', async (t) => {
    const calls = await learnt({ perSecond: 20, burst: 5 }, { inFlight: 16 })
    let refused = 0
    for (let delta = 0; delta < 60; delta++) {
      calls.now += 3 * hours
      refused += (await calls.make(20)).refused / 60
    }
    t.diagnostic(
      `${(refused * 100).toFixed(2)} % refused, at the end ${JSON.stringify(await calls.readLearnedRate())}`,
    )
    assert.ok(refused <= 0.01, `${refused} refused`)
  })
})

describe('what was learned', () => {
  test('is not forgotten over hours without a call, nor raised by calls that need not wait', async () => {
    const calls = await learnt({ perSecond: 5, burst: 5 })
    const learned = await calls.readLearnedRate()
    assert.ok(learned && learned.perSecond < 8)
    for (let delta = 0; delta < 10; delta++) {
      calls.now += 3 * hours
      await calls.make(1)
    }
    assert.deepEqual(await calls.readLearnedRate(), learned)
  })

  test('goes slowly once Gem takes more, without a refusal on the way', async (t) => {
    const calls = await learnt({ perSecond: 1, burst: 5 }, { settings: { perSecond: 3, burst: 20 } })
    calls.setBucket({ perSecond: 20, burst: 500 })
    const from = calls.now
    let refused = 0
    for (
      let rate = await calls.readLearnedRate();
      (rate?.perSecond ?? 3) < 3;
      rate = await calls.readLearnedRate()
    )
      refused += (await calls.make(100)).refused
    const minutes = (calls.now - from) / 60_000
    t.diagnostic(`a third of the rate became the whole in ${minutes.toFixed(1)} minutes of calls`)
    assert.equal(refused, 0)
    assert.ok(minutes > 10 && minutes < 25, `${minutes} minutes`)
  })
})
