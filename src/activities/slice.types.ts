import type { RunMode } from '../database/database-types.ts'
import type { StreamName } from '../streams.ts'
import type { RetriesFrom } from './call-retries.ts'

export interface SliceInput {
  readonly account: string
  readonly runId: string
  readonly mode: RunMode
  readonly stream: StreamName
  /** The how manieth slice of the run this is: it tells newer attempts at a stream from older ones. */
  readonly slice: number
  /** Most calls to Gem under way at a time: this slice's share of the account's. */
  readonly inFlight: number
  /** The slice before it has ended well, and so has all else: the list's next pages may be asked for at once. */
  readonly goesOn: boolean
  readonly retriesFrom: RetriesFrom
  /** 429s in a row before this slice: how long to wait where Gem does not say. */
  readonly throttledBefore: number
  /** When the run began by the workflow's clock, ISO 8601. */
  readonly startedAt: string
  /** Begin of the window that a person asked for, ISO 8601; null: where the last run began. */
  readonly since: string | null
  /** The window begins no later than where the last run began, whatever `since` says. */
  readonly fromWatermark: boolean
  /** A person has confirmed this list's deletions that the last full sync held back. */
  readonly confirmDeletions: boolean
}

/** What the stream has come to in this run, for status. */
export interface StreamCounts {
  readonly pages: number
  readonly fetched: number
  readonly inserted: number
  readonly updated: number
  readonly unchanged: number
  readonly deleted: number
  readonly rejected: number
  readonly requests: number
}

export type SliceEnd =
  | { readonly kind: 'more' }
  /**
   * `problem`: the rows are right, but not known to be all, or a person has to look at something. `warning`: the stream
   * has done well, and something is odd. Null if nothing is.
   */
  | { readonly kind: 'done'; readonly problem: string | null; readonly warning: string | null }
  /**
   * Gem asked for a pause: no call of this account for so many milliseconds (how long, since clocks may differ).
   * `reason` is null if it was another slice's call that was refused.
   */
  | { readonly kind: 'wait'; readonly ms: number; readonly reason: 'throttled' | 'quota' | null }
  /** The account is paused or without credentials: the checkpoint is kept. */
  | { readonly kind: 'halted' }

export type SliceResult = SliceEnd & { readonly counts: StreamCounts }
