import assert from 'node:assert/strict'
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client'
import { updateSettings } from '../../../src/accounts/account-store.ts'
import { applyAssignments } from '../../../src/accounts/assignments.ts'
import type { Random } from '../../../src/embedded/simulated-gem/generate/random.ts'
import { mainTables, streamNames } from '../../../src/streams.ts'
import type { accountSync } from '../../../src/workflows/index.ts'
import { type ResyncInput, resyncUpdate, statusQuery } from '../../../src/workflows/messages.ts'
import { mostEvents } from '../../../src/workflows/run-sync.ts'
import type { Product } from '../product.ts'
import { changeSomeRecords } from './changes.ts'
import { ExpectedSyncs } from './expected-syncs.ts'
import { Histories } from './histories.ts'
import { bookkeepingProblems, mirrorProblems } from './mirror-problems.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** While nothing can succeed. */
const mostCallsAnHour = 10

/**
 * An account that lives in virtual time. Each chapter lets some days pass, with what is particular to it, and then
 * compares what the workflow did with what the contract asks for.
 */
export class AccountLife {
  readonly expected = new ExpectedSyncs()
  readonly #product: Product
  readonly #account: string
  readonly #handle: WorkflowHandleWithFirstExecutionRunId<typeof accountSync>
  readonly #random: Random
  readonly #histories: Histories
  readonly #begin: number
  readonly #outages: { readonly from: number; readonly to: number }[] = []
  #resyncs = 0

  private constructor(
    product: Product,
    account: string,
    handle: WorkflowHandleWithFirstExecutionRunId<typeof accountSync>,
    random: Random,
  ) {
    this.#product = product
    this.#account = account
    this.#handle = handle
    this.#random = random
    this.#histories = new Histories(handle)
    this.#begin = product.now().getTime()
  }

  /** Adds an account and starts its workflow; the first sync has ended. */
  static async begin(product: Product, random: Random): Promise<AccountLife> {
    const account = await product.addAccount()
    const life = new AccountLife(product, account, await product.start(account), random)
    await product.nextSync(account)
    return life
  }

  /** Records change in Gem; on some days one list fails for minutes. */
  async quietDays(days: number): Promise<void> {
    for (let day = 0; day < days; day++) {
      const moment = this.#random.below(dayMs)
      await this.#pass(moment)
      this.#changeRecords()
      if (this.#random.chance(0.5)) this.#failForMinutes()
      await this.#pass(dayMs - moment)
    }
    await this.check()
  }

  /** People ask for syncs: one at a time, several at once, and while a sync is under way. */
  async dayOfMessages(): Promise<void> {
    for (let quarter = 0; quarter < 4; quarter++) {
      const moment = this.#random.below(6 * hourMs)
      await this.#pass(moment)
      this.#changeRecords()
      if (this.#random.chance(0.5)) {
        this.#failForMinutes()
        await this.#resync()
        // The sync waits for Gem now.
        await this.#pass(30_000)
      }
      for (let count = 1 + this.#random.below(3); count > 0; count--) await this.#resync()
      await this.#pass(6 * hourMs - moment)
    }
    await this.check()
  }

  /** The schedule changes, and changes again. */
  async dayOfSettings(): Promise<void> {
    for (let half = 0; half < 2; half++) {
      const moment = this.#random.below(dayMs / 2)
      await this.#pass(moment)
      await this.#set({ deltaEvery: this.#random.pick([2, 3, 4]), fullEvery: this.#random.pick([5, 10, 24]) })
      await this.#pass(dayMs / 2 - moment)
    }
    await this.check()
  }

  /** Gem is away: few calls in any hour, and whoever asks for a sync meanwhile gets it afterwards. */
  async outage(days: number): Promise<void> {
    const from = this.#product.now().getTime()
    const { gem } = this.#product
    const away = gem.faults.add({ kind: this.#random.pick(['503', 'reset'] as const), times: 'always' })
    const totals = [gem.requests.total]
    for (let quarters = 1; quarters <= days * 24 * 4; quarters++) {
      await this.#pass(hourMs / 4)
      totals.push(gem.requests.total)
      const calls = gem.requests.total - (totals.at(-5) ?? gem.requests.total)
      assert.ok(calls < mostCallsAnHour, `${calls} calls in an hour to a Gem that is away`)
      if (quarters === 20) await this.#resync()
    }
    away.remove()
    // What is under way asks again within a quarter of an hour.
    await this.#pass(hourMs)
    this.#outages.push({ from, to: this.#product.now().getTime() })
    await this.check()
  }

  /** Paused: no call at all. What is asked for meanwhile runs afterwards. */
  async pause(days: number): Promise<void> {
    await this.#pass(this.#random.below(hourMs))
    await this.#handle.signal('pause')
    await this.#pass(minuteMs)
    const before = this.#product.gem.requests.total
    for (let day = 0; day < days; day++) {
      await this.#pass(dayMs)
      this.#changeRecords()
      await this.#resync()
    }
    assert.equal(this.#product.gem.requests.total, before, 'a paused account calls Gem')
    await this.#handle.signal('resume')
    await this.#pass(hourMs)
    await this.check()
  }

  /**
   * Paused, between two syncs or in the middle of one, and asked for so much that the history is cut with a full
   * queue: by one message more, or by the end of the pause, which is still to be mirrored then.
   */
  async pauseUntilCut({ amidSync, by }: { amidSync: boolean; by: 'resync' | 'resume' }): Promise<void> {
    await this.#pass(hourMs)
    if (amidSync) {
      this.#failForMinutes()
      await this.#asked({ mode: 'full' })
      await this.#pass(30_000)
    }
    await this.#handle.signal('pause')
    await this.#pass(minuteMs)
    const { runId } = await this.#handle.describe()
    await this.#fillHistory()
    const { queue } = await this.#handle.query(statusQuery)
    if (by === 'resync') await this.#asked({ models: ['users'] })
    else await this.#handle.signal('resume')
    await this.#pass(minuteMs)
    assert.notEqual((await this.#handle.describe()).runId, runId, 'the history is not cut')
    if (by === 'resync') await this.#handle.signal('resume')
    await this.#pass(hourMs)
    await this.check()
    const carried = this.expected.cuts.at(-1)?.carriedQueue ?? []
    for (const { models } of queue)
      for (const model of models ?? []) assert.ok(carried.includes(model), model)
    assert.ok(queue.length > 0)
  }

  /** Sends messages until the next one fills the history: it takes four events, of which its task sees three. */
  async #fillHistory(): Promise<void> {
    for (;;) {
      // Answered once all messages before have been worked.
      await this.#handle.query(statusQuery)
      const { historyLength } = await this.#handle.describe()
      const room = mostEvents - historyLength - 3
      if (room < 0) return
      // Those that are sent together share a task, or have up to four events each.
      const together = Math.max(1, Math.floor(room / 4))
      await Promise.all(Array.from({ length: Math.min(20, together) }, () => this.#signalResync()))
    }
  }

  /** No worker is there, neither for the syncs that are due nor for what is asked for. */
  async dayWithoutWorker(): Promise<void> {
    await this.#pass(hourMs)
    await this.check()
    await this.#product.skipWithoutWorker('1 day', async () => {
      await this.#handle.signal('resync', { models: ['users'] })
      this.#resyncs++
    })
    this.expected.workerCameBack(this.#product.now().getTime())
    await this.#pass(hourMs)
    await this.check()
  }

  /** What has happened so far against what the contract asks for. */
  async check(): Promise<void> {
    for (const happening of await this.#histories.read()) this.expected.take(happening)
    this.expected.rest(this.#product.now().getTime())
    assert.deepEqual(this.expected.complaints, [])
    const failed = this.expected.ended.filter(({ state }) => state !== 'SUCCEEDED')
    const outOfTurn = failed.filter(
      (sync) => !this.#outages.some(({ from, to }) => sync.from < to && from < sync.to),
    )
    assert.deepEqual(outOfTurn, [], 'syncs that failed although Gem was there')
    for (const { events } of this.expected.cuts) assert.ok(events < 2_000, `a history of ${events} events`)
  }

  /** The last full sync: then nothing may be missing, neither in the mirror nor of what was asked for. */
  async end(): Promise<void> {
    await this.#pass(hourMs)
    await this.#asked({ mode: 'full' })
    await this.#pass(hourMs)
    await this.check()
    assert.ok(this.expected.hasNothingQueued, 'something that was asked for still waits')
    assert.equal(this.expected.messages.resync, this.#resyncs, 'messages in the histories')
    const { rows } = await this.#product.pool.query(
      'select id from sync.runs where account = $1 order by id',
      [this.#account],
    )
    assert.deepEqual(
      rows.map(({ id }) => id),
      this.expected.ended.map(({ id }) => id).sort(),
      'runs in PostgreSQL and in the histories',
    )
    const { gem, pool } = this.#product
    assert.deepEqual(await mirrorProblems(pool, this.#account, gem.world), [])
    assert.deepEqual(await bookkeepingProblems(pool, this.#account), [])
  }

  /** How long it has lived. */
  get days(): number {
    return (this.#product.now().getTime() - this.#begin) / dayMs
  }

  /** The life in a line. */
  summary(): string {
    const { begun, cuts, messages, mostLateMs } = this.expected
    const most = (of: 'events' | 'bytes' | 'carriedBytes') => Math.max(0, ...cuts.map((cut) => cut[of]))
    return [
      `${Math.round(this.days)} days`,
      `${begun.full.schedule} fulls and ${begun.delta.schedule} deltas by the schedule, none over ${mostLateMs / 1_000} s late`,
      `${begun.full.asked} fulls and ${begun.delta.asked} deltas for ${messages.resync} messages`,
      `${cuts.length + 1} Temporal runs of at most ${most('events')} events and ${kilobytes(most('bytes'))}`,
      `at most ${kilobytes(most('carriedBytes'))} carried over`,
    ].join('; ')
  }

  async #pass(ms: number): Promise<void> {
    if (ms > 0) await this.#product.skip(`${ms}ms`)
  }

  #changeRecords(): void {
    changeSomeRecords(this.#product.gem.world, this.#random)
  }

  /** The next sync takes more than five minutes, from which no interval may count. */
  #failForMinutes(): void {
    this.#product.gem.faults.add({ kind: '503', stream: this.#random.pick(streamNames), times: 4 })
  }

  /** As the command `account set` does; in hours. */
  async #set({ deltaEvery, fullEvery }: { deltaEvery: number; fullEvery: number }): Promise<void> {
    this.expected.set({ deltaEveryMs: deltaEvery * hourMs, fullEveryMs: fullEvery * hourMs })
    const assignments = [`schedule.deltaEvery=${deltaEvery}h`, `schedule.fullEvery=${fullEvery}h`]
    await updateSettings(this.#product.db, this.#account, (stored) => applyAssignments(stored, assignments))
    await this.#handle.signal('wake')
  }

  async #resync(): Promise<void> {
    await this.#asked(this.#someResync())
  }

  async #signalResync(): Promise<void> {
    this.#resyncs++
    await this.#handle.signal('resync', this.#someResync())
  }

  /** Some of what may be asked for. */
  #someResync(): ResyncInput {
    const random = this.#random
    const someDaysAgo = new Date(this.#product.now().getTime() - random.below(5 * dayMs)).toISOString()
    const models = mainTables.filter(() => random.chance(0.3))
    const inputs: ResyncInput[] = [
      {},
      { mode: 'full' },
      { mode: 'delta' },
      { since: someDaysAgo },
      { mode: 'delta', models: models.length > 0 ? models : ['users'] },
      { mode: 'full', models: models.length > 0 ? models : ['jobs'] },
    ]
    return random.pick(inputs)
  }

  async #asked(input: ResyncInput): Promise<void> {
    this.#resyncs++
    if (this.#random.chance(0.3)) await this.#handle.executeUpdate(resyncUpdate, { args: [input] })
    else await this.#handle.signal('resync', input)
  }
}

const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`
