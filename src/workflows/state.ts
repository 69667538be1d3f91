import type { Obstacle } from '../activities/account.types.ts'
import type { StreamCounts } from '../activities/slice.types.ts'
import type { RunMode, RunTrigger, StreamState } from '../database/database-types.ts'
import { type MainTable, type StreamName, streamsOf } from '../streams.ts'
import type { StreamStatus, SyncSummary } from './messages.ts'
import type { QueuedResync, ResyncQueue } from './resync-queue.ts'
import type { RetentionProgress } from './retention.ts'
import type { SyncStarts } from './schedule.ts'
import { type BrokenStream, mostFailures, type Trouble, troubleBefore } from './trouble.ts'

/**
 * Everything that an account's workflow knows, as plain data: what continue-as-new carries. It can be cut between
 * any two slices, since what a slice did is in PostgreSQL.
 */
export interface AccountState {
  /** The sync under way; null between syncs. */
  run: RunProgress | null
  queue: ResyncQueue
  starts: SyncStarts
  paused: boolean
  /** Which of the account's keys, one after the other, was found last; null before the first look. */
  keyVersion: number | null
  /** Why no sync can run until somebody changes something; a run under way is kept for then. */
  obstacle: Obstacle | null
  /** Lists that failed in the last syncs. */
  broken: Partial<Record<StreamName, BrokenStream>>
  retention: RetentionProgress
  lastSync: SyncSummary | null
  /** What became of the last sync's streams. */
  lastStreams: readonly StreamStatus[]
  refusals: { at: string; message: string; why: string }[]
}

export interface RunProgress {
  readonly id: string
  readonly mode: RunMode
  readonly trigger: RunTrigger
  readonly models: readonly MainTable[]
  readonly since: string | null
  readonly fromWatermark: boolean
  /** Of these, deletions may be marked that the last full sync held back. */
  confirmedModels: readonly MainTable[]
  /** ISO 8601, by the workflow's clock. */
  readonly startedAt: string
  readonly streams: StreamProgress[]
  /** Slices that were begun. */
  slices: number
  /** No call to Gem before this time (ISO 8601). */
  waitUntil: string | null
  waitReason: 'throttled' | 'quota' | null
  /** A person has lifted the wait, which PostgreSQL is yet to be told. */
  lift: 'asked' | 'under way' | null
  /** Times in a row that PostgreSQL said that the account is not active, though the workflow had told it otherwise. */
  halts: number
  /** 429s in a row. */
  throttled: number
  trouble: Trouble | null
  /** Gem has answered at least one slice of this sync. */
  progressed: boolean
  /** Why it can write no more; null while it can. */
  fenced: string | null
  /** It was begun for one that could write no more. */
  readonly isRenewal: boolean
  /** Gem has answered a call of the last slice that ended. */
  answered: boolean
}

export interface StreamProgress {
  readonly stream: StreamName
  state: StreamState | 'PENDING'
  counts: StreamCounts
  error: string | null
  /** What is odd although it has done well. */
  warning: string | null
  /** The last failure was this list's own, and not of the set-up. */
  isBroken: boolean
  /** Failed slices in a row, none of which has read anything. */
  failures: number
  /** It was read to its end, even if something about it needs a person. */
  wasRead: boolean
  /** `list`: Gem refused the key for this list. `team`: the key shows another company's data. */
  refused: 'list' | 'team' | null
}

/** The input of the workflow: `{account}` from a person, the rest from continue-as-new. */
export interface AccountSyncInput {
  readonly account: string
  readonly state?: AccountState
}

export function initialState(): AccountState {
  return {
    run: null,
    queue: {},
    starts: { full: null, delta: null },
    paused: false,
    keyVersion: null,
    obstacle: null,
    broken: {},
    retention: { at: null, run: null, by: null },
    lastSync: null,
    lastStreams: [],
    refusals: [],
  }
}

/**
 * A run that begins. Lists that failed in the last syncs are tried once, and not before their time unless a person
 * asks.
 */
export function newRun(
  run: Pick<RunProgress, keyof QueuedResync | 'startedAt'>,
  broken: AccountState['broken'],
  { isRenewal = false } = {},
): RunProgress {
  const isAsked = run.trigger === 'signal' || run.trigger === 'update'
  const streams = streamsOf(run.models).map((stream) =>
    newStream(stream, broken[stream], isAsked, run.startedAt),
  )
  return {
    ...run,
    streams,
    slices: 0,
    waitUntil: null,
    waitReason: null,
    lift: null,
    halts: 0,
    throttled: 0,
    trouble: troubleBefore(streams, broken, run.startedAt),
    progressed: false,
    fenced: null,
    isRenewal,
    answered: false,
  }
}

/**
 * The same sync once more, from its begin. What a person has confirmed counted for the run that is over.
 */
export function renewedRun(
  { mode, trigger, models, since, fromWatermark }: RunProgress,
  { id, now, broken }: { readonly id: string; readonly now: number; readonly broken: AccountState['broken'] },
): RunProgress {
  const startedAt = new Date(now).toISOString()
  const run = { id, mode, trigger, models, since, fromWatermark, confirmedModels: [], startedAt }
  return newRun(run, broken, { isRenewal: true })
}

function newStream(
  stream: StreamName,
  broken: BrokenStream | undefined,
  isAsked: boolean,
  now: string,
): StreamProgress {
  const isSpared = broken !== undefined && !isAsked && broken.until > now
  return {
    stream,
    state: isSpared ? 'SKIPPED' : 'PENDING',
    counts: noCounts,
    error: isSpared
      ? `failed ${broken.failures} times in a row, next try after ${broken.until}: ${broken.why}`
      : null,
    warning: null,
    failures: broken === undefined || isAsked ? 0 : mostFailures - 1,
    isBroken: false,
    wasRead: false,
    refused: null,
  }
}

/** What is left of a run once it has ended: its streams, whatever state they were in. */
export function summaryOf(run: RunProgress, now: number) {
  return {
    run: run.id,
    mode: run.mode,
    startedAt: run.startedAt,
    finishedAt: new Date(now).toISOString(),
    streams: run.streams.map(({ stream, state, error, warning, wasRead, counts }) => ({
      stream,
      state: endStates[state],
      error,
      warning,
      wasRead,
      ...counts,
    })),
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

const noCounts: StreamCounts = {
  pages: 0,
  fetched: 0,
  inserted: 0,
  updated: 0,
  unchanged: 0,
  deleted: 0,
  rejected: 0,
  requests: 0,
}

const mostRefusals = 10
const longestWhy = 300

/** Keeps the latest refusals, for a person to see. */
export function refuse(state: AccountState, message: string, why: string, now: number): void {
  const refusal = { at: new Date(now).toISOString(), message, why: why.slice(0, longestWhy) }
  state.refusals = [...state.refusals, refusal].slice(-mostRefusals)
}
