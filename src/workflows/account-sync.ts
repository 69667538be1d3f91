import {
  ApplicationFailure,
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  setCurrentDetails,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow'
import type { AccountSchedule, FinishRunInput } from '../activities/account.types.ts'
import type { RunMode, RunTrigger, StreamState } from '../database/database-types.ts'
import type { MainTable } from '../streams.ts'
import { bookkeeping } from './activities.ts'
import {
  pauseSignal,
  type Resync,
  resumeSignal,
  resyncSignal,
  resyncUpdate,
  statusQuery,
  wakeSignal,
} from './messages.ts'
import { dequeue, enqueue, queuedResyncs, readResync } from './resync.ts'
import { readStreams } from './run-sync.ts'
import { type DueSync, nextSync } from './schedule.ts'
import {
  type AccountState,
  type AccountSyncInput,
  initialState,
  newRun,
  type RunProgress,
  refuse,
  type StreamProgress,
} from './state.ts'
import { statusOf, toMarkdown } from './status.ts'

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

function checkInput(input: AccountSyncInput): void {
  const account: unknown = input?.account
  if (typeof account !== 'string') {
    throw ApplicationFailure.nonRetryable('input: expected {"account": "<name>"}', 'InvalidInput')
  }
  const expected = `gem-account-${account}`
  if (workflowInfo().workflowId !== expected) {
    throw ApplicationFailure.nonRetryable(
      `workflow id: expected ${expected} for account ${account}, found ${workflowInfo().workflowId}`,
      'InvalidInput',
    )
  }
}

class AccountLife {
  readonly #account: string
  readonly #state: AccountState
  #schedule: AccountSchedule | null = null
  #due: DueSync | null = null
  /** A message has come since the last look at the settings. */
  #woken = false
  /** The state of the account that PostgreSQL knows. */
  #mirrored: AccountSchedule['state'] = 'ACTIVE'

  constructor({ account, state }: AccountSyncInput) {
    this.#account = account
    this.#state = state ?? initialState()
    this.#listen()
  }

  async live(): Promise<never> {
    const mirroring = this.#mirrorState()
    for (;;) {
      this.#schedule = await bookkeeping.loadAccount({ account: this.#account })
      this.#mirrored = this.#schedule.state
      this.#woken = false
      this.#state.run ??= this.#takeNext(this.#schedule)
      if (this.#state.run === null) await this.#wait()
      else if ((await this.#sync(this.#schedule, this.#state.run)) === 'cut') break
    }
    await condition(allHandlersFinished)
    void mirroring
    return await continueAsNew<typeof accountSync>({ account: this.#account, state: this.#state })
  }

  /** Handlers are set before the first await: a message that comes earlier waits for them. */
  #listen(): void {
    const state = this.#state
    setHandler(statusQuery, () => statusOf(this.#account, state, this.#due, Date.now()), {
      description: 'What the account is doing, a line a stream, what waits and what was refused',
    })
    setHandler(resyncSignal, (payload) => this.#resync(payload), {
      description:
        'Asks for a sync: {mode?: "full"|"delta", models?: [...], since?: ISO time, confirmDeletions?: boolean}',
    })
    setHandler(
      resyncUpdate,
      (payload) => {
        this.#enqueue(readResync(payload, 'update'))
        return queuedResyncs(state.queue)
      },
      { description: 'As the signal, and answers what is queued', validator: checkResync },
    )
    setHandler(pauseSignal, () => this.#pause(), {
      description: 'No calls to Gem from the next page on; the checkpoint is kept',
    })
    setHandler(resumeSignal, () => this.#resume(), {
      description: 'Goes on after a pause or refused credentials',
    })
    setHandler(wakeSignal, () => this.#wake(), { description: 'Settings or keys have changed' })
  }

  #resync(payload: unknown): void {
    this.#enqueue(readResync(payload, 'signal'))
  }

  #enqueue(resync: Resync | string): void {
    if (typeof resync === 'string') refuse(this.#state, 'resync', resync, Date.now())
    else this.#state.queue = enqueue(this.#state.queue, resync)
    this.#show()
  }

  #pause(): void {
    this.#state.paused = true
    this.#show()
  }

  #resume(): void {
    this.#state.paused = false
    this.#state.needsCredentials = false
    this.#wake()
  }

  #wake(): void {
    this.#woken = true
    this.#show()
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
    return newRun({
      id: uuid4(),
      mode: wanted.mode,
      trigger,
      models: chosen,
      since: wanted.since ?? null,
      confirmDeletions: wanted.confirmDeletions ?? false,
      startedAt: new Date(now).toISOString(),
    })
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
      this.#woken || (!paused && !needsCredentials && Object.keys(this.#state.queue).length > 0)
    if (paused || needsCredentials || this.#due === null) await condition(ready)
    else {
      const { mode, at } = this.#due
      await condition(ready, Math.max(1, at - Date.now()), {
        summary: `next ${mode} sync at ${new Date(at).toISOString()}`,
      })
    }
  }

  async #sync(schedule: AccountSchedule, run: RunProgress): Promise<'finished' | 'cut'> {
    const { id, mode, trigger, models } = run
    this.#show()
    await bookkeeping.beginRun({ id, account: this.#account, mode, trigger, models })
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
      if (end === 'cut') return 'cut'
      if (end === 'credentials') await this.#askForCredentials(run)
      await this.#finish(run, end === 'credentials' ? 'credentials' : null)
      return 'finished'
    } catch (error) {
      if (isCancellation(error))
        await CancellationScope.nonCancellable(() => this.#finish(run, 'cancellation'))
      throw error
    }
  }

  /** PostgreSQL has to know before the account is looked at again: it is where `account set-key` lifts the state. */
  async #askForCredentials(run: RunProgress): Promise<void> {
    this.#state.needsCredentials = true
    // What was refused is what runs first once the key is right.
    this.#state.queue = enqueue(this.#state.queue, run)
    this.#mirrored = 'NEEDS_CREDENTIALS'
    await bookkeeping.setAccountState({
      account: this.#account,
      state: 'NEEDS_CREDENTIALS',
      reason: reasons.NEEDS_CREDENTIALS,
    })
  }

  async #finish(run: RunProgress, stoppedBy: FinishRunInput['stoppedBy']): Promise<void> {
    const streams = run.streams.map(({ stream, state, error, wasRead }) => ({
      stream,
      state: endStates[state],
      error,
      wasRead,
    }))
    const { state, error } = await bookkeeping.finishRun({
      account: this.#account,
      runId: run.id,
      streams,
      stoppedBy,
    })
    this.#state.lastSync = {
      run: run.id,
      mode: run.mode,
      state,
      startedAt: run.startedAt,
      finishedAt: new Date(Date.now()).toISOString(),
      error,
    }
    this.#state.run = null
    this.#show()
  }

  /** Keeps `sync.accounts.state` true, so that a running slice notices a pause at its next page. */
  async #mirrorState(): Promise<void> {
    for (;;) {
      await condition(() => this.#wanted() !== this.#mirrored)
      const state = this.#wanted()
      await bookkeeping.setAccountState({ account: this.#account, state, reason: reasons[state] })
      this.#mirrored = state
    }
  }

  #wanted(): AccountSchedule['state'] {
    if (this.#state.needsCredentials) return 'NEEDS_CREDENTIALS'
    return this.#state.paused ? 'PAUSED' : 'ACTIVE'
  }

  #show(): void {
    setCurrentDetails(toMarkdown(statusOf(this.#account, this.#state, this.#due, Date.now())))
  }
}

/** What a stream's state becomes when its run ends around it. */
const endStates: Record<StreamProgress['state'], StreamState> = {
  PENDING: 'SKIPPED',
  RUNNING: 'CANCELLED',
  SUCCEEDED: 'SUCCEEDED',
  FAILED: 'FAILED',
  SKIPPED: 'SKIPPED',
  CANCELLED: 'CANCELLED',
}

const reasons: Record<AccountSchedule['state'], string | null> = {
  ACTIVE: null,
  PAUSED: 'paused by a person',
  NEEDS_CREDENTIALS: 'Gem refuses the API key',
}

function checkResync(payload: unknown): void {
  const resync = readResync(payload, 'update')
  if (typeof resync === 'string') throw new Error(resync)
}
