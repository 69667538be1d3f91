import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  upsertSearchAttributes,
  uuid4,
} from '@temporalio/workflow'
import type { AccountSchedule, FinishRunInput } from '../activities/account.types.ts'
import type { RunMode, RunTrigger } from '../database/database-types.ts'
import type { MainTable } from '../streams.ts'
import { bookkeeping } from './activities.ts'
import { checkInput } from './check-input.ts'
import { listen } from './listen.ts'
import type { Resync, Status } from './messages.ts'
import { dequeue, enqueue } from './resync.ts'
import { isHistoryFull, readStreams } from './run-sync.ts'
import { type DueSync, nextSync } from './schedule.ts'
import { accountAttribute, stateAttribute } from './search-attributes.ts'
import {
  type AccountState,
  type AccountSyncInput,
  initialState,
  newRun,
  type RunProgress,
  refuse,
  summaryOf,
} from './state.ts'
import { credentialsReason, statusOf, toMarkdown } from './status.ts'
import { brokenAfter } from './trouble.ts'

/**
 * The life of one account: a full sync, then for ever: wait for the next sync that is due or asked for, sync, wait.
 * It never ends because of data, Gem, or a database that is away.
 *
 * @throws ApplicationFailure at once for an account that does not exist or an id that is not the account's.
 */
export async function accountSync(input: AccountSyncInput): Promise<void> {
  checkInput(input)
  await new AccountLife(input).live()
}

/** How often an account without credentials is looked at, in case the message of a new key did not come through. */
const lookForKeyMs = 3_600_000

class AccountLife {
  readonly #account: string
  readonly #state: AccountState
  #schedule: AccountSchedule | null = null
  #due: DueSync | null = null
  /** A message has come since the last look at the settings. */
  #woken = false
  /** The state of the account that PostgreSQL knows. */
  #mirrored: AccountSchedule['state'] = 'ACTIVE'
  /** PostgreSQL is being told. */
  #isMirroring = false
  /** The state under which the account is found. */
  #found: Status['state'] | null = null

  constructor({ account, state }: AccountSyncInput) {
    this.#account = account
    this.#state = state ?? initialState()
    // Before the first await: a message that comes earlier waits for its handler.
    listen({
      state: this.#state,
      status: () => statusOf(this.#account, this.#state, this.#due, Date.now()),
      onMessage: ({ wakes }) => {
        this.#woken ||= wakes
        this.#show()
      },
    })
  }

  async live(): Promise<never> {
    const mirroring = this.#mirrorState()
    // It ends with the workflow; what stops it earlier, a removed account, stops the loop below as well.
    mirroring.catch(() => {})
    while (!isHistoryFull()) {
      this.#schedule = await bookkeeping.loadAccount.executeWithOptions({ summary: 'read settings' }, [
        { account: this.#account },
      ])
      this.#mirrored = this.#schedule.state
      this.#woken = false
      this.#state.run ??= this.#takeNext(this.#schedule)
      if (this.#state.run === null) await this.#wait()
      else await this.#sync(this.#schedule, this.#state.run)
    }
    // What is being told to PostgreSQL must not arrive after what the next Temporal run tells it.
    await condition(() => allHandlersFinished() && !this.#isMirroring)
    return await continueAsNew<typeof accountSync>({ account: this.#account, state: this.#state })
  }

  /** What to sync now: what is asked for, else what is due; null while there is nothing or it may not. */
  #takeNext(schedule: AccountSchedule): RunProgress | null {
    const state = this.#state
    if (state.needsCredentials && schedule.state === 'ACTIVE') state.needsCredentials = false
    this.#due = nextSync(state.starts, schedule, this.#account, Date.now())
    if (state.paused || state.needsCredentials) return null
    const queued = dequeue(state.queue)
    if (queued !== null) {
      state.queue = queued.rest
      return this.#begin(schedule, queued.next, queued.next.trigger)
    }
    if (this.#due.at > Date.now()) return null
    return this.#begin(schedule, { mode: this.#due.mode }, state.starts.full === null ? 'start' : 'schedule')
  }

  #begin(
    schedule: AccountSchedule,
    wanted: Partial<Resync> & { mode: RunMode },
    trigger: RunTrigger,
  ): RunProgress | null {
    const { models } = schedule
    const chosen = models.filter((model: MainTable) => wanted.models?.includes(model) ?? true)
    if (chosen.length === 0) {
      refuse(
        this.#state,
        'resync',
        `models: the account's settings sync only ${models.join(', ')}`,
        Date.now(),
      )
      return null
    }
    const now = Date.now()
    this.#countStart(wanted.mode, chosen.length === models.length, now)
    return newRun(
      {
        id: uuid4(),
        mode: wanted.mode,
        trigger,
        models: chosen,
        since: wanted.since ?? null,
        confirmDeletions: wanted.confirmDeletions ?? false,
        startedAt: new Date(now).toISOString(),
      },
      this.#state.broken,
    )
  }

  #countStart(mode: RunMode, all: boolean, now: number): void {
    if (!all) return
    const { full } = this.#state.starts
    this.#state.starts = { full: mode === 'full' ? now : full, delta: now }
  }

  async #wait(): Promise<void> {
    this.#show()
    const { paused, needsCredentials } = this.#state
    const ready = () =>
      this.#woken ||
      isHistoryFull() ||
      (!paused && !needsCredentials && Object.keys(this.#state.queue).length > 0)
    if (needsCredentials) {
      // `account set-key` may have been called while this server was away.
      await condition(ready, lookForKeyMs, { summary: 'looks for a new key' })
    } else if (paused || this.#due === null) {
      await condition(ready)
    } else {
      const { mode, at } = this.#due
      await condition(ready, Math.max(1, at - Date.now()), {
        summary: `next ${mode} sync at ${new Date(at).toISOString()}`,
      })
    }
  }

  /** Works a run until it ends, or until the history is full: then it goes on after continue-as-new. */
  async #sync(schedule: AccountSchedule, run: RunProgress): Promise<void> {
    const { id, mode, trigger, models } = run
    this.#show()
    await bookkeeping.beginRun.executeWithOptions({ summary: `begin ${mode} sync (${trigger})` }, [
      { id, account: this.#account, mode, trigger, models },
    ])
    try {
      const end = await readStreams(
        {
          account: this.#account,
          state: this.#state,
          maxInFlight: schedule.maxInFlight,
          onProgress: () => this.#show(),
        },
        run,
      )
      if (end === 'cut') return
      if (end === 'credentials') await this.#askForCredentials(run)
      await this.#finish(run, end === 'credentials' ? 'credentials' : null)
    } catch (error) {
      if (isCancellation(error)) {
        await CancellationScope.nonCancellable(() => this.#finish(run, 'cancellation'))
      }
      throw error
    }
  }

  /** PostgreSQL has to know before the account is looked at again: it is where `account set-key` lifts the state. */
  async #askForCredentials(run: RunProgress): Promise<void> {
    this.#state.needsCredentials = true
    // What was refused is what runs first once the key is right.
    this.#state.queue = enqueue(this.#state.queue, run)
    this.#mirrored = 'NEEDS_CREDENTIALS'
    await this.#setState('NEEDS_CREDENTIALS')
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
    this.#show()
  }

  /** Keeps `sync.accounts.state` true, so that a running slice notices a pause at its next page. */
  async #mirrorState(): Promise<void> {
    for (;;) {
      await condition(() => this.#wanted() !== this.#mirrored)
      const state = this.#wanted()
      this.#isMirroring = true
      await this.#setState(state)
      this.#mirrored = state
      this.#isMirroring = false
    }
  }

  async #setState(state: AccountSchedule['state']): Promise<void> {
    await bookkeeping.setAccountState.executeWithOptions({ summary: `account is ${state}` }, [
      { account: this.#account, state, reason: reasons[state] },
    ])
  }

  #wanted(): AccountSchedule['state'] {
    if (this.#state.needsCredentials) return 'NEEDS_CREDENTIALS'
    return this.#state.paused ? 'PAUSED' : 'ACTIVE'
  }

  #show(): void {
    const status = statusOf(this.#account, this.#state, this.#due, Date.now())
    setCurrentDetails(toMarkdown(status))
    if (!this.#schedule?.hasSearchAttributes || status.state === this.#found) return
    this.#found = status.state
    upsertSearchAttributes([
      { key: accountAttribute, value: this.#account },
      { key: stateAttribute, value: status.state },
    ])
  }
}

const reasons: Record<AccountSchedule['state'], string | null> = {
  ACTIVE: null,
  PAUSED: 'paused by a person',
  NEEDS_CREDENTIALS: credentialsReason,
}
