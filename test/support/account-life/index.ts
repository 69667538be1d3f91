import assert from 'node:assert/strict'
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client'
import { updateSettings } from '../../../src/accounts/account-store.ts'
import { applyAssignments } from '../../../src/accounts/assignments.ts'
import type { Random } from '../../../src/embedded/simulated-gem/generate/random.ts'
import { mainTables, streamNames } from '../../../src/streams.ts'
import type { accountSync } from '../../../src/workflows/index.ts'
import { type ResyncInput, resyncUpdate, type Status, statusQuery } from '../../../src/workflows/messages.ts'
import type { Product } from '../product.ts'
import { changeSomeRecords } from './changes.ts'
import { ExpectedSyncs } from './expected-syncs.ts'
import { Histories } from './histories.ts'
import { bookkeepingProblems, mirrorProblems } from './mirror-problems.ts'

type Handle = WorkflowHandleWithFirstExecutionRunId<typeof accountSync>

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/**
 * An account that lives in virtual time: what may happen to it (chapters.ts puts it together), and a comparison of what
 * its workflow did, by its histories, with what the contract asks for.
 */
export class AccountLife {
  readonly product: Product
  readonly handle: Handle
  readonly random: Random
  readonly expected = new ExpectedSyncs()
  /** When Gem was away, in milliseconds since the epoch: syncs of these times may fail. */
  readonly outages: { readonly from: number; readonly to: number }[] = []
  readonly #account: string
  readonly #histories: Histories
  readonly #begin: number
  #resyncs = 0

  private constructor(product: Product, account: string, handle: Handle, random: Random) {
    this.product = product
    this.handle = handle
    this.random = random
    this.#account = account
    this.#histories = new Histories(handle)
    this.#begin = this.now
  }

  /** Adds an account and starts its workflow; the first sync has ended. */
  static async begin(product: Product, random: Random): Promise<AccountLife> {
    // All runs are compared with the histories: none may be pruned.
    const account = await product.addAccount(['retention.runsAfterDays=36500'])
    const life = new AccountLife(product, account, await product.start(account), random)
    await product.nextSync(account)
    return life
  }

  /** Virtual, in milliseconds since the epoch. */
  get now(): number {
    return this.product.now().getTime()
  }

  /** How long it has lived. */
  get days(): number {
    return (this.now - this.#begin) / dayMs
  }

  async pass(ms: number): Promise<void> {
    if (ms > 0) await this.product.skip(`${ms}ms`)
  }

  changeRecords(): void {
    changeSomeRecords(this.product.gem.world, this.random)
  }

  /** The next sync takes more than five minutes, from which no interval may count. */
  failForMinutes(): void {
    this.product.gem.faults.add({ kind: '503', stream: this.random.pick(streamNames), times: 4 })
  }

  /** As the command `account set` does; in hours. */
  async set({ deltaEvery, fullEvery }: { deltaEvery: number; fullEvery: number }): Promise<void> {
    this.expected.set({ deltaEveryMs: deltaEvery * hourMs, fullEveryMs: fullEvery * hourMs })
    const assignments = [`schedule.deltaEvery=${deltaEvery}h`, `schedule.fullEvery=${fullEvery}h`]
    await updateSettings(this.product.db, this.#account, (stored) => applyAssignments(stored, assignments))
    await this.handle.signal('wake')
  }

  /** By a signal or an update. */
  async ask(input: ResyncInput): Promise<void> {
    if (this.random.chance(0.7)) return await this.signalResync(input)
    this.#resyncs++
    await this.handle.executeUpdate(resyncUpdate, { args: [input] })
  }

  async signalResync(input: ResyncInput): Promise<void> {
    this.#resyncs++
    await this.handle.signal('resync', input)
  }

  /** Some of what may be asked for. */
  someResync(): ResyncInput {
    const someDaysAgo = new Date(this.now - this.random.below(5 * dayMs)).toISOString()
    const some = mainTables.filter(() => this.random.chance(0.3))
    const models = some.length > 0 ? some : [this.random.pick(mainTables)]
    return this.random.pick<ResyncInput>([
      {},
      { mode: 'full' },
      { mode: 'delta' },
      { since: someDaysAgo },
      { mode: 'delta', models },
      { mode: 'full', models },
    ])
  }

  status(): Promise<Status> {
    return this.handle.query(statusQuery)
  }

  /** What has happened so far against what the contract asks for. */
  async check(): Promise<void> {
    for (const happening of await this.#histories.read()) this.expected.take(happening)
    this.expected.rest(this.now)
    assert.deepEqual(this.expected.complaints, [])
    const failed = this.expected.ended.filter(({ state }) => state !== 'SUCCEEDED')
    const outOfTurn = failed.filter(
      (sync) => !this.outages.some(({ from, to }) => sync.from < to && from < sync.to),
    )
    assert.deepEqual(outOfTurn, [], 'syncs that failed although Gem was there')
    for (const { events, carriedBytes } of this.expected.cuts) {
      assert.ok(events < 2_000, `a history of ${events} events`)
      assert.ok(carriedBytes < 16_000, `${carriedBytes} bytes carried over`)
    }
  }

  /** After a last full sync: nothing that was asked for is lost, and the mirror is the source. */
  async checkEnd(): Promise<void> {
    assert.ok(this.expected.hasNothingQueued, 'something that was asked for still waits')
    assert.equal(this.expected.messages.resync, this.#resyncs, 'messages in the histories')
    const { gem, pool } = this.product
    const { rows } = await pool.query('select id from sync.runs where account = $1 order by id', [
      this.#account,
    ])
    assert.deepEqual(
      rows.map(({ id }) => id),
      this.expected.ended.map(({ id }) => id).sort(),
      'runs in PostgreSQL and in the histories',
    )
    assert.deepEqual(await mirrorProblems(pool, this.#account, gem.world), [])
    assert.deepEqual(await bookkeepingProblems(pool, this.#account), [])
  }

  /** The life in a line. */
  summary(): string {
    const { begun, cuts, messages, mostLateMs } = this.expected
    const most = (of: 'events' | 'bytes' | 'carriedBytes') => Math.max(0, ...cuts.map((cut) => cut[of]))
    return [
      `${Math.round(this.days)} days`,
      `${begun.full.schedule} fulls and ${begun.delta.schedule} deltas by the schedule, none over ${mostLateMs / 1_000} s late`,
      `${begun.full.asked} fulls and ${begun.delta.asked} deltas for ${messages.resync ?? 0} messages`,
      `${cuts.length + 1} Temporal runs of at most ${most('events')} events and ${kilobytes(most('bytes'))}`,
      `at most ${kilobytes(most('carriedBytes'))} carried over`,
    ].join('; ')
  }
}

const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`
