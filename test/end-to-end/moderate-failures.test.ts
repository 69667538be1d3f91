import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import type { FaultKind } from '../../src/embedded/simulated-gem/index.ts'
import { statusQuery } from '../../src/workflows/messages.ts'
import { type Product, startProduct } from '../support/product.ts'

/** What a call may fail by although nothing is wrong that lasts. */
const mixes = {
  'answers of 5xx': ['500', '502-html', '503', '504', '504-network'],
  'connections that are reset': ['reset', 'reset-body'],
  'bodies that are cut': ['truncated-body', 'truncated-json', 'broken-gzip'],
  'bodies of something else': ['html', 'empty-body', 'not-json', 'not-array'],
  'time-outs of the gateway': ['504'],
  'time-outs of ours': ['hang', 'slow-loris'],
} as const satisfies Record<string, readonly FaultKind[]>
const everything: readonly FaultKind[] = Object.values(mixes).flat()

/** The rate and the burst by default, at which a sync may take 1.3 times as long. */
const [perSecond, burst] = [10, 20]

describe('a first sync while Gem fails moderately', () => {
  const pauses: number[] = []
  let product: Product
  /** Of a sync that nothing disturbs. */
  let honest: FirstSync

  before(async () => {
    product = await startProduct(
      { candidates: 1200, seed: 3 },
      {
        timeSkipping: true,
        timeouts: { headers: 1_000, total: 1_000 },
        pause: async (milliseconds) => void pauses.push(milliseconds),
      },
    )
    honest = await firstSync()
    assert.ok(honest.calls >= 150, `only ${honest.calls} calls`)
  })
  after(async () => {
    await product[Symbol.asyncDispose]()
  })
  beforeEach(() => {
    product.gem.faults.clear()
    product.gem.requests.reset()
    pauses.length = 0
  })

  interface FirstSync {
    readonly account: string
    readonly state: string
    readonly calls: number
    /** Summaries of the timers that the sync has waited for. */
    readonly timers: readonly string[]
  }

  async function firstSync(): Promise<FirstSync> {
    const account = await product.addAccount(['paging.maxPerPage=20'])
    const handle = await product.start(account)
    let ended = null
    for (let minute = 0; ended === null; minute++) {
      await product.skip('1 minute')
      ended = (await handle.query(statusQuery)).lastSync
      assert.ok(minute < 30, 'the sync goes on for half an hour')
    }
    const events = (await handle.fetchHistory()).events ?? []
    const end = events.findIndex(
      ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'finishRun',
    )
    const timers = events
      .slice(0, end)
      .filter((event) => event.timerStartedEventAttributes)
      .map((event) => new TextDecoder().decode(event.userMetadata?.summary?.data ?? undefined))
      .filter((summary) => !summary.startsWith('"retention'))
    await handle.signal('pause')
    return { account, state: ended.state, calls: product.gem.requests.total, timers }
  }

  function assertCheap({ state, calls, timers }: FirstSync): void {
    assert.equal(state, 'SUCCEEDED')
    assert.deepEqual(timers, [])
    assert.ok(calls > honest.calls, 'nothing has failed')
    assert.ok(calls <= 1.3 * honest.calls, `${calls} calls, where ${honest.calls} do without failures`)
    // Pages that were fetched ahead are read meanwhile, and the slots that pass are made up for by the burst.
    assert.ok(Math.max(...pauses) * perSecond <= burst * 1_000, `a pause of ${Math.max(...pauses)} ms`)
    const mean = pauses.reduce((sum, pause) => sum + pause, 0) / pauses.length
    assert.ok(mean <= 600, `pauses of ${mean} ms`)
  }

  for (const [what, kinds] of Object.entries(mixes)) {
    test(`bears ${what} in one call of twenty, at random`, async () => {
      product.gem.faults.random({ seed: 2, probability: 0.05, kinds })
      assertCheap(await firstSync())
    })
  }

  for (const seed of [2, 3]) {
    test(`bears all of it in one call of twenty, at random (seed ${seed})`, async () => {
      product.gem.faults.random({ seed, probability: 0.05, kinds: everything })
      const sync = await firstSync()
      assertCheap(sync)
      assert.deepEqual(await product.differences(sync.account), [])
    })
  }

  test('bears that every twentieth call fails', async () => {
    for (let call = 19; call < 400; call += 19) product.gem.faults.add({ kind: '500', skip: call })
    assertCheap(await firstSync())
  })

  test('bears that a list’s very first call fails, since the list beside it is answered', async () => {
    product.gem.faults.add({ kind: '500', stream: 'users' })
    const { state, calls, timers } = await firstSync()
    assert.deepEqual([state, calls, timers], ['SUCCEEDED', honest.calls + 1, []])
  })

  for (const percent of [7, 10, 25]) {
    test(`succeeds within minutes where ${percent} % of the calls fail`, async () => {
      product.gem.faults.random({
        seed: 5,
        probability: percent / 100,
        kinds: ['500', '503', 'reset', 'html'],
      })
      const sync = await firstSync()
      assert.equal(sync.state, 'SUCCEEDED')
      assert.ok(sync.calls <= 2 * honest.calls, `${sync.calls} calls`)
      assert.deepEqual(await product.differences(sync.account), [])
    })
  }

  test('gives no list up that gets on, however often its slices fail', async () => {
    // Four failures in a row end a slice.
    for (let page = 2; page <= 40; page += 3)
      product.gem.faults.add({ kind: 'reset', stream: 'candidates', page, times: 4 })
    const sync = await firstSync()
    assert.equal(sync.state, 'SUCCEEDED')
    assert.ok(sync.timers.length > 6, `only ${sync.timers.length} slices have failed`)
    assert.deepEqual(await product.differences(sync.account), [])
  })
})
