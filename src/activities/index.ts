import { Context } from '@temporalio/activity'
import type { Logger } from 'pino'
import { setAccountState } from '../accounts/account-store.ts'
import type { Keyring } from '../accounts/encryption.ts'
import { readKeyComparison } from '../accounts/key-comparison.ts'
import { readAccountWithSettings, readUsableAccount } from '../accounts/usable-account.ts'
import type { Db } from '../database/connect.ts'
import { endBlock } from '../database/rate-limit.ts'
import { applyRetention } from '../database/retention/apply-retention.ts'
import { beginRun, endStream, finishRun, type NewRun } from '../database/runs.ts'
import { createGemClient, type GemClientOptions } from '../gem/client.ts'
import { mappingRules } from '../mappers/record-digest.ts'
import type { StreamName } from '../streams.ts'
import { recordRun } from '../tracing.ts'
import type {
  AppliedRetention,
  FinishedRun,
  FinishRunInput,
  LoadedAccount,
  MirroredState,
} from './account.types.ts'
import { AccountLimiter } from './account-limiter.ts'
import type { Pause } from './call-retries.ts'
import { loadAccount } from './load-account.ts'
import { measuredLimiter } from './measured-limiter.ts'
import { type Meter, silentMeter } from './meter.ts'
import { linesOf, observed } from './observe.ts'
import type { PageReader } from './read-page.ts'
import { outcomeOf } from './run-outcome.ts'
import type { SliceInput, SliceResult } from './slice.types.ts'
import { syncSettingsOf } from './sync-settings.ts'
import { syncSlice } from './sync-slice.ts'

export interface ActivityDependencies {
  readonly db: Db
  readonly keyring: Keyring
  readonly log: Logger
  /** Where pages are parsed and mapped. */
  readonly readPage: PageReader
  /** Default: nothing is measured. */
  readonly meter?: Meter
  /** Whether the namespace knows our search attributes. */
  readonly hasSearchAttributes: boolean
  /** A connection pool that all accounts share, by whether their base URL may be insecure. */
  readonly dispatcherFor: (allowInsecureBaseUrl: boolean) => NonNullable<GemClientOptions['dispatcher']>
  /** How patient calls to Gem are. Default: more than its gateway. */
  readonly timeouts?: GemClientOptions['timeouts']
  /** How to wait before a failed call is made again. Default: by the clock. */
  readonly pause?: Pause | undefined
}

export type Activities = ReturnType<typeof createActivities>

/** The effects that the workflow `accountSync` decides on. They take and return ids, counts, cursors and times only. */
export function createActivities({
  db,
  keyring,
  log,
  readPage,
  meter = silentMeter,
  hasSearchAttributes,
  dispatcherFor,
  timeouts,
  pause,
}: ActivityDependencies) {
  let slices = 0
  const activities = {
    /** What the workflow needs to know to plan. Fails for good if the account is unknown. */
    async loadAccount({ account }: { account: string }): Promise<LoadedAccount> {
      return await loadAccount({ db, keyring, hasSearchAttributes }, account)
    },

    async beginRun(run: NewRun): Promise<void> {
      await beginRun(db, run)
      linesOf(log, run).info({ mode: run.mode, trigger: run.trigger }, 'sync begins, or goes on')
    },

    /** Reads a stream on for at most 25 pages or 20 s. */
    async syncSlice(input: SliceInput): Promise<SliceResult> {
      const context = Context.current()
      // Before the credentials: a key that is replaced in between is compared once more.
      const key = await readKeyComparison(db, input.account)
      const usable = await readUsableAccount(db, keyring, input.account)
      const { credentials } = usable
      const settings = syncSettingsOf(usable.settings)
      const limiter = new AccountLimiter(db, input.account, settings.rate, input.throttledBefore)
      const gem = createGemClient({
        ...credentials,
        limiter: measuredLimiter(limiter, meter),
        dispatcher: dispatcherFor(credentials.allowInsecureBaseUrl),
        timeouts,
        onCall: ({ status, elapsedMs }) => meter.gemCalled(input.stream, status, elapsedMs / 1000),
      })
      const lines = linesOf(log, input)
      const beat = setInterval(() => context.heartbeat(), 5_000)
      slices++
      try {
        return await syncSlice(
          {
            db,
            gem,
            readPage,
            limiter,
            settings,
            rules: mappingRules(settings),
            isOnlySlice: () => slices === 1,
            attempt: context.info.attempt,
            key,
            meter,
            signal: context.cancellationSignal,
            pause,
            log: lines,
          },
          input,
        )
      } finally {
        slices--
        clearInterval(beat)
        await gem.close()
      }
    },

    /** Ends a pause that Gem has asked for, at a person's wish. */
    async endBlock(input: { account: string }): Promise<void> {
      await endBlock(db, input.account)
      linesOf(log, input).warn('the pause that Gem asked for was lifted')
    },

    /** Records at once that a stream has failed. */
    async endStream(input: {
      account: string
      runId: string
      stream: StreamName
      state: 'FAILED'
      error: string | null
    }): Promise<void> {
      await endStream(db, input)
      linesOf(log, input).warn({ error: input.error }, 'a list has failed')
    },

    /** Closes a run by what became of its streams, and tells listeners. */
    async finishRun(input: FinishRunInput): Promise<FinishedRun> {
      const { startedAt, isNew, ...ended } = await finishRun(db, input, outcomeOf(input))
      if (!isNew) return ended
      meter.runEnded(ended.state)
      const isWell = ended.state === 'SUCCEEDED' || ended.state === 'CANCELLED'
      linesOf(log, input)[isWell ? 'info' : 'warn'](ended, 'sync ended')
      const attributes = { 'gem_ats_sync.account': input.account, 'gem_ats_sync.state': ended.state }
      recordRun(input.runId, { startedAt, attributes })
      return ended
    },

    /** Blanks and prunes what the settings let go by now, the workflow's time (ISO 8601), for at most some 20 s. */
    async applyRetention({ account, now }: { account: string; now: string }): Promise<AppliedRetention> {
      const { afterDays, runsAfterDays } = (await readAccountWithSettings(db, account)).settings.retention
      const by = { afterDays, runsAfterDays }
      const outcome = await applyRetention(db, { account, now: new Date(now), ...by })
      log.info({ account, ...outcome }, 'retention applied')
      return { by, ...outcome }
    },

    async setAccountState(input: MirroredState & { account: string }): Promise<void> {
      const { account, state, reason } = input
      await setAccountState(db, account, state, reason)
      linesOf(log, input)[state === 'ACTIVE' ? 'info' : 'warn']({ state, reason }, 'account has a new state')
    },
  }
  return mapValues(activities, (name, activity) => observed(log, name, activity))
}

/** Wraps each activity without touching its type. */
function mapValues<T extends Record<string, (input: never) => Promise<unknown>>>(
  functions: T,
  wrap: <F extends (input: never) => Promise<unknown>>(name: string, f: F) => F,
): T {
  return Object.fromEntries(Object.entries(functions).map(([name, f]) => [name, wrap(name, f)])) as T
}
