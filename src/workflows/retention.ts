import { ActivityFailure, condition, isCancellation } from '@temporalio/workflow'
import type { AccountSchedule, AppliedRetention, RetentionDays } from '../activities/account.types.ts'
import { bookkeeping, priorities } from './activities.ts'
import type { AccountState } from './state.ts'

/** What is known of the last time that retention was applied. */
export interface RetentionProgress {
  /** When, in milliseconds since the epoch; null: never. */
  at: number | null
  /** The full sync that it was applied for. */
  run: string | null
  /** The settings by which it was done; null: it has failed. */
  by: RetentionDays | null
}

const dayMs = 86_400_000

/**
 * Lets go what the account's settings do not keep: at each full sync's begin, once a day whatever else the account does
 * or waits for, and when the settings change. It lives beside the syncs, so that its failure costs none.
 */
export class Retention {
  readonly #account: string
  readonly #state: AccountState
  readonly #isTimeToContinue: () => boolean
  /** An activity is under way. */
  isWorking = false
  /** The account has been looked at: it is there. */
  #isKnown = false
  /** The settings, as they were last read. */
  #wanted: RetentionDays | null = null

  /** @param isTimeToContinue nothing is begun any more: the next Temporal run goes on from the state. */
  constructor(account: string, state: AccountState, isTimeToContinue: () => boolean) {
    this.#account = account
    this.#state = state
    this.#isTimeToContinue = isTimeToContinue
  }

  /** Takes note of the settings; null where they cannot be read. */
  found(schedule: AccountSchedule | null): void {
    this.#isKnown = true
    this.#wanted = schedule?.retention ?? null
  }

  /** Ends with the workflow. */
  async keep(): Promise<never> {
    await condition(() => this.#isKnown)
    for (;;) {
      const { at } = this.#state.retention
      const next = (at ?? 0) + dayMs
      if (next > Date.now()) {
        const summary = `retention: again at ${new Date(next).toISOString()}`
        await condition(() => this.#isCalledFor(), next - Date.now(), { summary })
      }
      await this.#apply()
    }
  }

  #isCalledFor(): boolean {
    const { run, retention } = this.#state
    if (run?.mode === 'full' && run.id !== retention.run) return true
    return this.#wanted !== null && !isSame(this.#wanted, retention.by)
  }

  async #apply(): Promise<void> {
    const { run, retention } = this.#state
    const now = Date.now()
    try {
      retention.by = await this.#letGo(new Date(now).toISOString())
    } catch (error) {
      if (!(error instanceof ActivityFailure) || isCancellation(error)) throw error
      // Somebody has to mend something, which the history shows; the account is synced all the same.
      retention.by = null
    }
    this.#wanted = null
    retention.at = now
    retention.run = run?.mode === 'full' ? run.id : retention.run
  }

  async #letGo(now: string): Promise<RetentionDays> {
    const summary = 'retention: deleted candidates, old runs'
    for (;;) {
      // One that is begun now would be left behind by its workflow, which ends.
      if (this.#isTimeToContinue()) await condition(() => !this.#isTimeToContinue())
      const { by, done } = await this.#letGoSome(now, summary)
      if (done) return by
    }
  }

  async #letGoSome(now: string, summary: string): Promise<AppliedRetention> {
    this.isWorking = true
    try {
      const priority = { priorityKey: priorities.retention }
      return await bookkeeping.applyRetention.executeWithOptions({ summary, priority }, [
        { account: this.#account, now },
      ])
    } finally {
      this.isWorking = false
    }
  }
}

const isSame = (one: RetentionDays, other: RetentionDays | null) =>
  one.afterDays === other?.afterDays && one.runsAfterDays === other.runsAfterDays
