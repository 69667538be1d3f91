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

/** Pages that an account asks for at a time, at most: its default. */
const maxInFlight = 4

/** How large an account is, and how fast Gem answers it. */
export interface Pace {
  readonly candidates: number
  readonly maxPerPage: number
  readonly requestsPerSecond: number
  readonly burst: number
  readonly latencyMs: number
  /** Pages that are under way, at most: a strike may cost a call to Gem for each. */
  readonly underWay: number
}

/** Waits for Gem most of the time: a sync takes some seconds, and there is much to interrupt. */
export const leisurely: Pace = {
  ...{ candidates: 100, maxPerPage: 10 },
  ...{ requestsPerSecond: 8, burst: 4, latencyMs: 400 },
  underWay: maxInFlight,
}

/** Waits for PostgreSQL: alone with its worker, its pages of a first sync are written before their turn. */
export const hurried: Pace = {
  ...{ candidates: 4_000, maxPerPage: 50 },
  ...{ requestsPerSecond: 100, burst: 1_000, latencyMs: 5 },
  // Three are being read or written.
  underWay: maxInFlight + 3,
}

const settingsFor = ({ maxPerPage, requestsPerSecond, burst }: Pace) =>
  applyAssignments({}, [
    `paging.maxPerPage=${maxPerPage}`,
    // Whatever changes while the crashes last falls into every delta's window, and nothing from before does.
    'paging.overlap=1d',
    `rate.requestsPerSecond=${requestsPerSecond}`,
    `rate.burst=${burst}`,
    `rate.maxInFlight=${maxInFlight}`,
  ])
/** After the last strike: as long as Temporal waits at most before it tries a slice again, and what a sync takes. */
const endsWithinMs = 12 * 60_000

/** An account on a simulated Gem of its own, looked at after each sync. */
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
  readonly #pace: Pace
  readonly #begin = new Date(Date.now() - 60_000)
  #moment: Moment

  private constructor(bed: Bed, account: string, pace: Pace, twin: Mirror, random: Random, moment: Moment) {
    this.#bed = bed
    this.account = account
    this.#pace = pace
    this.gem = twin.gem
    this.#twin = twin
    this.#random = random
    this.#moment = moment
    this.#life = new Life({ account, settings: { jobBoard: null, integrationFields: [] } })
    this.handle = bed.client.workflow.getHandle(`gem-account-${account}`)
  }

  static async add(bed: Bed, account: string, seed: number, pace: Pace): Promise<WatchedAccount> {
    const { candidates, maxPerPage } = pace
    const settings = { maxPerPage, overlapMs: 24 * 3_600_000 }
    const twin = await bed.quiet.mirror({ seed, candidates, now: () => new Date(), settings })
    const db = connect(bed.servers.postgres.serving.url, { max: 1 })
    await insertAccount(db, bed.keyring, {
      ...{ account, baseUrl: twin.gem.url, allowInsecureBaseUrl: true },
      ...{ apiKey: twin.gem.apiKey, applicationSecret: null },
      settings: settingsFor(pace),
    })
    await db.destroy()
    const moment = await momentOf(bed.pool, account)
    return new WatchedAccount(bed, account, pace, twin, new Random(seed), moment)
  }

  /** A strike hits it: the pages that are under way are asked for again. */
  mayWaste(times = 1): void {
    if (this.round !== null) this.round.mayWaste += times * this.#pace.underWay
  }

  async syncForTheFirstTime(): Promise<void> {
    await this.#sync('full', async () => {
      await this.#bed.client.workflow.start('accountSync', {
        taskQueue,
        workflowId: this.handle.workflowId,
        args: [{ account: this.account }],
      })
    })
  }

  /** Syncs again and again until it is told to stop; the sync under way then ends. */
  async live(isOver: () => boolean): Promise<void> {
    await this.syncForTheFirstTime()
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
      ...{ strikes: 0, struckAt: Date.now(), mayWaste: 0, problems: [] },
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
    gem.setLatency(this.#pace.latencyMs)
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
