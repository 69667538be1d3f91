import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow'
import type { StreamCounts } from '../activities/slice.types.ts'
import type { RunMode, RunState, RunTrigger, StreamState } from '../database/database-types.ts'
import type { MainTable, StreamName } from '../streams.ts'

/** What `resync` takes; everything may be left out. */
export interface ResyncInput {
  /** Default full; with `since` delta. */
  readonly mode?: RunMode
  /** Main tables; default all that are configured. What they derive from comes along. */
  readonly models?: readonly MainTable[]
  /** A delta from this ISO 8601 time on. */
  readonly since?: string
  /** The models' deletions that the last full sync held back are true. Needs `models`, and a full sync. */
  readonly confirmDeletions?: boolean
}

/** A resync that is asked for, with the defaults filled in. */
export interface Resync {
  readonly mode: RunMode
  /** Null: all that are configured. */
  readonly models: readonly MainTable[] | null
  readonly since: string | null
  /** A delta for which nobody named a time: from where the last run began. */
  readonly fromWatermark: boolean
  /** Whose deletions a person has confirmed. */
  readonly confirmedModels: readonly MainTable[]
  readonly trigger: RunTrigger
}

/** A sync that waits for its turn. */
export interface QueuedSync {
  /** The id that its run will have in `sync.runs`. */
  readonly id: string
  readonly mode: RunMode
  readonly models: readonly MainTable[]
  readonly since: string | null
  readonly confirmedModels: readonly MainTable[]
}

/** What the update `resync` answers. */
export interface ResyncAnswer {
  /** The id that the run will have that does what was asked for. */
  readonly syncId: string
  /** The request has joined a sync that was waiting already. */
  readonly alreadyQueued: boolean
  readonly queue: readonly QueuedSync[]
}

export interface StreamStatus extends StreamCounts {
  readonly stream: StreamName
  readonly state: StreamState | 'PENDING'
  readonly error: string | null
  /** What is odd although it has done well. */
  readonly warning: string | null
}

export interface SyncSummary {
  readonly run: string
  readonly mode: RunMode
  readonly state: RunState
  readonly startedAt: string
  readonly finishedAt: string
  readonly error: string | null
  /** Records of the account that could not be mapped, whichever sync has seen them: `gem-ats-sync rejected list`. */
  readonly rejected: number
}

/** What the query `status` answers, in every state. */
export interface Status {
  readonly account: string
  readonly state:
    | 'STARTING'
    | 'SYNCING'
    | 'WAITING'
    | 'RATE_LIMITED'
    | 'GEM_FAILS'
    | 'PAUSED'
    | 'NEEDS_CREDENTIALS'
    | 'NEEDS_SETTINGS'
  /** In words, for people. */
  readonly doing: string
  readonly run: { readonly id: string; readonly mode: RunMode; readonly startedAt: string } | null
  /** Number of the phase under way, from 1; null between syncs. */
  readonly phase: number | null
  /** Of the sync under way, else of the last one. */
  readonly streams: readonly StreamStatus[]
  readonly waitingUntil: string | null
  readonly lastSync: SyncSummary | null
  readonly nextSync: { readonly mode: RunMode; readonly at: string } | null
  readonly queue: readonly QueuedSync[]
  /** The latest messages that were refused, and why. */
  readonly refusals: readonly { readonly at: string; readonly message: string; readonly why: string }[]
}

export const resyncSignal = defineSignal<[unknown]>('resync')
export const pauseSignal = defineSignal('pause')
export const resumeSignal = defineSignal('resume')
/** Sent by the CLI when settings, a key or the state of the account have changed. */
export const wakeSignal = defineSignal('wake')
export const resyncUpdate = defineUpdate<ResyncAnswer, [unknown]>('resync')
export const statusQuery = defineQuery<Status>('status')
