import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { SliceInput } from '../../src/activities/slice.types.ts'
import { readLearnedRate } from '../../src/database/rate-limit.ts'
import { type Product, startProduct } from '../support/product.ts'

/** Calls at a time, by default: the workflow hands them out to the slices that run side by side. */
const maxInFlight = 4

describe('an account whose slices run on two workers', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 60, seed: 31 }, { workers: 2 })
  })
  after(async () => {
    await product[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    product.gem.requests.reset()
  })

  /** Pages of ten, so that there are enough calls to look at. */
  async function firstSync(...assignments: string[]) {
    const account = await product.addAccount(['paging.maxPerPage=10', ...assignments])
    const workflow = await product.start(account)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    const events = (await workflow.fetchHistory()).events ?? []
    const identities = events.flatMap((event) => event.activityTaskStartedEventAttributes?.identity ?? [])
    assert.equal(new Set(identities).size, 2)
    const slices = events
      .map((event) => event.activityTaskScheduledEventAttributes)
      .filter((scheduled) => scheduled?.activityType?.name === 'syncSlice')
      .map(
        (scheduled): SliceInput =>
          JSON.parse(new TextDecoder().decode(scheduled?.input?.payloads?.[0]?.data ?? undefined)),
      )
    return { account, slices }
  }

  test('never finds empty a bucket that holds what its settings say', async () => {
    const { gem } = product
    // A call may reach Gem later than its slot, though never before it: those under way come on top of the burst.
    gem.setRate({ perSecond: 5, burst: 1 + maxInFlight })
    await firstSync('rate.requestsPerSecond=5', 'rate.burst=1')
    assert.deepEqual(gem.requests.byStatus, { 200: gem.requests.total })
    assert.ok(gem.requests.total > 30, `only ${gem.requests.total} calls`)
  })

  test('makes no call while Gem asks for a pause, apart from those under way', async () => {
    const { gem } = product
    gem.setRate(null)
    gem.faults.add({ kind: 'throttle', stream: 'users', retryAfter: 3 })
    const { slices } = await firstSync(
      'rate.requestsPerSecond=4',
      'rate.burst=1',
      'models=users,application_stages',
    )
    const calls = gem.requests.entries()
    const refused = calls.find(({ status }) => status === 429)?.at ?? 0
    const meanwhile = calls.filter(({ at }) => at > refused && at < refused + 2_900)
    assert.ok(meanwhile.length < maxInFlight, `${meanwhile.length} calls`)
    assert.ok(calls.filter(({ at }) => at > refused).length > maxInFlight, 'there was more to read')
    // It ended both slices, and counts once.
    assert.deepEqual(new Set(slices.map(({ throttledBefore }) => throttledBefore)), new Set([0, 1]))
  })

  test('learns its rate from a bucket that gives less than its settings ask for', async (t) => {
    const { gem } = product
    gem.setRate({ perSecond: 4, burst: 2 })
    const settings = { perSecond: 20, burst: 20 }
    const { account } = await firstSync('rate.burst=20', 'models=users,application_stages')
    const learned = await readLearnedRate(product.db, account, settings)
    t.diagnostic(`${JSON.stringify(gem.requests.byStatus)}, learned ${JSON.stringify(learned)}`)
    // At least once a fifth less.
    assert.ok(learned && learned.perSecond < 17 && learned.burst < 2)
  })
})
