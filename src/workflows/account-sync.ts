import { InitialVersioningBehavior } from '@temporalio/common'
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  makeContinueAsNewFunc,
  uuid4,
} from '@temporalio/workflow'
import type { AccountSchedule, FinishRunInput } from '../activities/account.types.ts'
import { AccountMirror } from './account-mirror.ts'
import { bookkeeping } from './activities.ts'
import { checkInput } from './check-input.ts'
import { forgetOtherKeysConsent } from './consent.ts'
import { Continuation } from './continuation.ts'
import { fencedBy } from './fenced.ts'
import { listen } from './listen.ts'
import { loadAccount } from './load-account.ts'
import type { Status } from './messages.ts'
import { takeNextRun } from './next-run.ts'
import { lookAgainMs, obstacleAfter, obstacles, refusedKey, waitAfterHalts } from './obstacles.ts'
import { enqueue } from './resync-queue.ts'
import { Retention } from './retention.ts'
import { readStreams } from './run-sync.ts'
import { type DueSync, nextSync } from './schedule.ts'
import { ShownStatus } from './shown-status.ts'
import {
  type AccountState,
  type AccountSyncInput,
  initialState,
  type RunProgress,
  renewedRun,
  summaryOf,
} from './state.ts'
import { statusOf } from './status.ts'
import { brokenAfter } from './trouble.ts'

/**
 * The life of one account: a full sync, then for ever: wait for the next sync that is due or asked for, sync, wait.
 * It never ends because of data, Gem, settings, or a database that is away.
 *
 * @throws ApplicationFailure at once for an account that does not exist, an id that is not the account's, or any other input.
 */
export async function accountSync(...inputs: [input: AccountSyncInput]): Promise<void> {
  checkInput(inputs)
  await new AccountLife(inputs[0]).live()
}

/** Where workers are versioned, the next Temporal run goes to the version that new ones go to; elsewhere it means nothing. */
const continueAsNew = makeContinueAsNewFunc<typeof accountSync>({
  initialVersioningBehavior: InitialVersioningBehavior.AUTO_UPGRADE,
})

/**
 * Of a loop beside the syncs: it ends with the workflow, by whose cancellation the syncs end as well. Nobody catches what
 * is thrown here, so it fails the workflow task and not the workflow: shown, and tried again with the next code.
 */
function unlessCancelled(error: unknown): void {
  if (!isCancellation(error)) throw error
}

class AccountLife {
  readonly #account: string
  readonly #state: AccountState
  readonly #mirror: AccountMirror
  readonly #retention: Retention
  readonly #shown: ShownStatus
  readonly #continuation = new Continuation()
  #due: DueSync | null = null
  /** Only what is under way goes on: the Temporal run ends once it is done. */
  #isEnding = false
  /** Something has happened since the last look at the account: settings or keys may be others. */
  #woken = false
  /** The account is looked at amid a sync. */
  #agreeing: Promise<void> | null = null

  constructor({ account, state }: AccountSyncInput) {
    this.#account = account
    this.#state = state ?? initialState()
    this.#shown = new ShownStatus(account)
    this.#mirror = new AccountMirror(account, this.#state, () => this.#wake())
    this.#retention = new Retention(account, this.#state, () => this.#isEnding || this.#continuation.isDue())
    // Before the first await: a message that comes earlier waits for its handler.
    listen({
      state: this.#state,
      status: () => this.#status(),
      onMessage: ({ wakes }) => {
        if (wakes) this.#wake()
        this.#show()
      },
    })
  }

  /** Whatever it was doing when it is cancelled, it leaves no run open. */
  async live(): Promise<never> {
    try {
      return await this.#live()
    } catch (error) {
      if (isCancellation(error)) await CancellationScope.nonCancellable(() => this.#cancelRun())
      throw error
    }
  }

  async #cancelRun(): Promise<void> {
    if (this.#state.run === null) return
    try {
      await this.#finish(this.#state.run, 'cancellation')
    } catch (error) {
      // It was closed by somebody else, or went with its account.
      if (fencedBy(error) === null) throw error
    }
  }

  async #live(): Promise<never> {
    this.#mirror.keep().catch(unlessCancelled)
    this.#retention.keep().catch(unlessCancelled)
    this.#show()
    while (!this.#continuation.isDue()) {
      const schedule = await this.#look()
      const run = schedule && this.#takeUp(schedule)
      if (schedule && run) await this.#sync(schedule, run)
      if (!run || this.#state.obstacle) await this.#wait()
    }
    this.#isEnding = true
    // What PostgreSQL is told or asked to do must not arrive after what the next Temporal run tells it.
    await condition(() => allHandlersFinished() && this.#mirror.isAtRest && !this.#retention.isWorking)
    return await continueAsNew({ account: this.#account, state: this.#state })
  }

  /** Reads what the account is to be synced by; null while something stands in the way. */
  async #look(): Promise<AccountSchedule | null> {
    // Before the settings are read: what changes meanwhile is looked at again.
    this.#woken = false
    const loaded = await loadAccount(this.#account)
    this.#mirror.found(loaded.mirrored)
    this.#retention.found(loaded.schedule)
    this.#shown.hasSearchAttributes = loaded.hasSearchAttributes
    forgetOtherKeysConsent(this.#state, loaded.keyVersion, Date.now())
    this.#state.obstacle = obstacleAfter(this.#state.obstacle, loaded)
    return this.#state.obstacle === null ? loaded.schedule : null
  }

  /** The run under way, else the next one; null while there is none. */
  #takeUp(schedule: AccountSchedule): RunProgress | null {
    const now = Date.now()
    this.#due = nextSync(this.#state.starts, schedule, this.#account, now)
    this.#state.run ??= takeNextRun(this.#state, { schedule, due: this.#due, now, newId: uuid4 })
    return this.#state.run
  }

  /** Waits for the next sync, or for whoever is needed before there can be one. */
  async #wait(): Promise<void> {
    this.#show()
    const { paused, obstacle } = this.#state
    const mayEnd = () => this.#woken || this.#continuation.isDue()
    if (obstacle !== null) {
      const summary = `looks again in an hour: ${obstacles[obstacle.kind].status}`
      await condition(mayEnd, lookAgainMs, { summary })
    } else if (paused || this.#due === null) {
      await condition(mayEnd)
    } else {
      const { mode, at } = this.#due
      const isAsked = () => Object.keys(this.#state.queue).length > 0
      const summary = `next ${mode} sync at ${new Date(at).toISOString()}`
      await condition(() => mayEnd() || isAsked(), Math.max(1, at - Date.now()), { summary })
    }
  }

  /** Works a run until it ends, or until the history is full: then it goes on after continue-as-new. */
  async #sync({ maxInFlight }: AccountSchedule, run: RunProgress): Promise<void> {
    const [account, state] = [this.#account, this.#state]
    this.#show()
    try {
      await this.#begin(run)
      const isTimeToContinue = () => this.#continuation.isDue()
      const onProgress = () => this.#show()
      const onHalted = () => this.#agree(run)
      const context = { account, state, maxInFlight, isTimeToContinue, onProgress, onHalted }
      const end = await readStreams(context, run)
      if (end === 'cut' || end === 'obstacle') return
      if (end === 'fenced') return this.#renew(run)
      if (end === 'credentials') await this.#askForCredentials(run)
      await this.#finish(run, end === 'credentials' ? 'credentials' : null)
    } catch (error) {
      run.fenced = fencedBy(error)
      if (run.fenced === null) throw error
      this.#renew(run)
    }
  }

  /** One at a time, whichever streams it concerns. */
  async #agree(run: RunProgress): Promise<void> {
    this.#agreeing ??= this.#agreeWithDatabase(run).finally(() => {
      this.#agreeing = null
    })
    await this.#agreeing
  }

  /**
   * Somebody has changed the account's state in PostgreSQL: it is set right at once. Whoever insists, be it SQL or
   * another Temporal that syncs the account, is met with ever longer waits.
   */
  async #agreeWithDatabase(run: RunProgress): Promise<void> {
    const ms = waitAfterHalts(++run.halts)
    if (ms > 0) {
      const summary = `somebody else keeps setting the account's state: again in ${ms / 60_000} min`
      await condition(() => this.#woken || this.#continuation.isDue(), ms, { summary })
    }
    await this.#look()
    await this.#mirror.settled()
  }

  /** Not cut off: a run that began in PostgreSQL after it was ended there would stay open. */
  async #begin({ id, mode, trigger, models }: RunProgress): Promise<void> {
    const account = this.#account
    const summary = `begin ${mode} sync (${trigger})`
    await CancellationScope.nonCancellable(() =>
      bookkeeping.beginRun.executeWithOptions({ summary }, [{ id, account, mode, trigger, models }]),
    )
  }

  /**
   * Begins a run anew that can write no more: once, since whoever has closed it may do so again (another Temporal that
   * syncs the account into the same database). After that the next sync is the schedule's.
   */
  #renew(run: RunProgress): void {
    const now = Date.now()
    this.#state.run = run.isRenewal ? null : renewedRun(run, { id: uuid4(), now, broken: this.#state.broken })
    if (run.isRenewal) {
      const { streams: _, ...summary } = summaryOf(run, now)
      this.#state.lastSync = { ...summary, state: 'CANCELLED', error: run.fenced, rejected: 0 }
    }
    this.#show()
  }

  async #askForCredentials(run: RunProgress): Promise<void> {
    // What was refused is what runs first once the key is right. What was confirmed may be another company's by then.
    const again = { ...run, confirmedModels: [] }
    this.#state.queue = enqueue(this.#state.queue, again, uuid4).queue
    // It may have been a key that is replaced by now: the next one has a try.
    if (this.#woken) return
    this.#state.obstacle = refusedKey
    // PostgreSQL has to know before the account is looked at again: it is where `account set-key` lifts the state.
    await this.#mirror.settled()
  }

  async #finish(run: RunProgress, stoppedBy: FinishRunInput['stoppedBy']): Promise<void> {
    const { streams, ...summary } = summaryOf(run, Date.now())
    const { state, error, rejected } = await bookkeeping.finishRun.executeWithOptions(
      { summary: `end ${run.mode} sync` },
      [{ account: this.#account, runId: run.id, streams, stoppedBy }],
    )
    // With a key that is refused, no list can be told to be broken.
    if (stoppedBy !== 'credentials') this.#state.broken = brokenAfter(this.#state.broken, run, Date.now())
    this.#state.lastSync = { ...summary, state, error, rejected }
    this.#state.lastStreams = streams.map(({ wasRead: _, ...stream }) => stream)
    this.#state.run = null
    this.#continuation.syncHasEnded()
    this.#show()
  }

  #wake(): void {
    this.#woken = true
  }

  #status(): Status {
    return statusOf(this.#account, this.#state, this.#due, Date.now())
  }

  #show(): void {
    this.#shown.show(this.#status())
  }
}
