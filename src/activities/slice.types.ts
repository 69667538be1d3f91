import type { RunMode } from '../database/database-types.ts'
import type { StreamName } from '../streams.ts'

export interface SliceInput {
  readonly account: string
  readonly runId: string
  readonly mode: RunMode
  readonly stream: StreamName
  /** Most calls to Gem under way at a time: this slice's share of the account's. */
  readonly inFlight: number
  /** 429s in a row before this slice: how long to wait where Gem does not say. */
  readonly throttledBefore: number
  /** Begin of the window that a person asked for, ISO 8601; null: where the last run began. */
  readonly since: string | null
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

export type SliceResult = { readonly counts: StreamCounts } & (
  | { readonly kind: 'more' }
  | { readonly kind: 'done' }
  /** Gem asked for a pause: no call of this account until then (ISO 8601). */
  | { readonly kind: 'wait'; readonly until: string; readonly reason: 'throttled' | 'quota' }
  /** The account is paused or without credentials: the checkpoint is kept. */
  | { readonly kind: 'halted' }
)
