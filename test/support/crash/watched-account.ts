import { setTimeout as delay } from 'node:timers/promises'
import type { WorkflowHandle } from '@temporalio/client'
import { insertAccount } from '../../../src/accounts/account-store.ts'
import { applyAssignments } from '../../../src/accounts/assignments.ts'
import { connect } from '../../../src/database/connect.ts'
import type { RunMode } from '../../../src/database/database-types.ts'
import { Random } from '../../../src/embedded/simulated-gem/generate/random.ts'
import type { SimulatedGem } from '../../../src/embedded/simulated-gem/index.ts'
import { changedSince, everything } from '../../truth/deltas.ts'
import type { Mirror } from '../../truth/mirror.ts'
import { changeSomething } from '../../truth/random-life.ts'
import { Life } from '../oracle/life.ts'
import type { Moment } from '../oracle/moved-rows.ts'
import { type Bed, taskQueue } from './bed.ts'
import { type EndedRun, momentOf, roundProblems } from './check-round.ts'
import type { Round } from './round.ts'

/** Pages in flight of an account, at most: its default. */
export const maxInFlight = 4

/** Small pages, and some seconds of syncing: there is much to interrupt. */
const assignments = [
  'paging.maxPerPage=10',
  // Whatever changes while the crashes last falls into every delta's window, and nothing from before does.
  'paging.overlap=1d',
  'rate.requestsPerSecond=8',
  'rate.burst=4',
  `rate.maxInFlight=${maxInFlight}`,
]
const undisturbed = { maxPerPage: 10, overlapMs: 24 * 3_600_000 }
const latencyMs = 400
const candidates = 100
/** After the last strike: as long as Temporal waits at most before it tries a slice again, and what a sync takes. */
const endsWithinMs = 12 * 60_000

/** An account on a simulated Gem of its own, synced again and again, and looked at after each sync. */
export class WatchedAccount {
  readonly account: string
  readonly gem: SimulatedGem
  readonly handle: WorkflowHandle
  /** The sync under way; null between two. */
  round: Round | null = null
  readonly rounds: Round[] = []
  readonly #bed: Bed
  /** The same lists, synced without Temporal and without crashes. */
  readonly #twin: Mirror
  readonly #random: Random
  readonly #life: Life
  readonly #begin = new Date(Date.now() - 60_000)
  #moment: Moment

  private constructor(bed: Bed, account: string, twin: Mirror, random: Random, moment: Moment) {
    this.#bed = bed
    this.account = account
    this.gem = twin.gem
    this.#twin = twin
    this.#random = random
    this.#moment = moment
    this.#life = new Life({ account, settings: { jobBoard: null, integrationFields: [] } })
    this.handle = bed.client.workflow.getHandle(`gem-account-${account}`)
  }

  static async add(bed: Bed, account: string, seed: number): Promise<WatchedAccount> {
    const twin = await bed.quiet.mirror({ seed, candidates, now: () => new Date(), settings: undisturbed })
    const db = connect(bed.servers.postgres.serving.url, { max: 1 })
    await insertAccount(db, bed.keyring, {
      ...{ account, baseUrl: twin.gem.url, allowInsecureBaseUrl: true },
      ...{ apiKey: twin.gem.apiKey, applicationSecret: null },
      settings: applyAssignments({}, assignments),
    })
    await db.destroy()
    const moment = await momentOf(bed.pool, account)
    return new WatchedAccount(bed, account, twin, new Random(seed), moment)
  }

  /** Syncs until it is told to stop; the sync under way then ends. */
  async live(isOver: () => boolean): Promise<void> {
    await this.#sync('full', async () => {
      await this.#bed.client.workflow.start('accountSync', {
        taskQueue,
        workflowId: this.handle.workflowId,
        args: [{ account: this.account }],
      })
    })
    while (!isOver()) {
      for (let count = 30 + this.#random.below(30); count > 0; count--)
        changeSomething(this.gem.world, this.#random)
      const mode = this.#random.chance(0.5) ? 'full' : 'delta'
      await this.#sync(mode, () => this.handle.signal('resync', { mode }))
    }
  }

  async #sync(mode: RunMode, ask: () => Promise<void>): Promise<void> {
    const { servers, say } = this.#bed
    const twin = await this.#syncUndisturbed(mode)
    const lists = mode === 'full' ? everything(this.gem.world) : changedSince(this.gem.world, this.#begin)
    const from = new Date()
    const calls = this.gem.requests.total
    const round: Round = {
      ...{ account: this.account, number: this.rounds.length + 1, mode },
      ...{ struckAt: Date.now(), mayWaste: 0, problems: [] },
    }
    this.rounds.push(round)
    this.round = round
    await servers.whileUp(ask)
    const run = await this.#untilEnded()
    if (run === null) round.problems.push(`no end within ${endsWithinMs / 60_000} minutes`)
    else {
      const expected = this.#life.read({ lists, isFull: mode === 'full', during: { from, to: new Date() } })
      await servers.whileUp(async () => {
        const after = await momentOf(this.#bed.pool, this.account)
        const problems = await roundProblems(this.#bed.pool, {
          ...{ account: this.account, run, expected, before: this.#moment, after, undisturbed: twin },
          ...{ calls: this.gem.requests.total - calls, mayWaste: round.mayWaste },
        })
        round.problems.push(...problems)
        this.#moment = after
      })
    }
    this.round = null
    const spent = `${this.gem.requests.total - calls} calls, ${twin.calls} undisturbed`
    const verdict =
      round.problems.length === 0 ? 'nothing lost, nothing double' : round.problems.join('\n    ')
    say(`  ${this.account}, sync ${round.number} (${mode}): ${spent}; ${verdict}`)
  }

  async #syncUndisturbed(mode: RunMode) {
    const { gem, pool, clock } = this.#twin
    gem.setLatency(0)
    clock.now = new Date()
    const before = gem.requests.total
    const { runId, state, error } = await this.#twin.sync({ mode })
    if (state !== 'SUCCEEDED') throw new Error(`a sync that nothing disturbed has ended ${state}: ${error}`)
    gem.setLatency(latencyMs)
    return { pool, runId, calls: gem.requests.total - before }
  }

  async #untilEnded(): Promise<EndedRun | null> {
    const { servers, pool } = this.#bed
    for (; Date.now() < (this.round?.struckAt ?? 0) + endsWithinMs; await delay(200)) {
      const { rows } = await servers.whileUp(() =>
        pool.query<EndedRun>(
          'select id, state, error from sync.runs where account = $1 order by started_at',
          [this.account],
        ),
      )
      const newest = rows.at(-1)
      if (rows.length === this.rounds.length && newest && newest.state !== 'RUNNING') return newest
    }
    return null
  }
}
