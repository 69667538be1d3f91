import type { Logger } from 'pino'
import type { KeyComparison } from '../accounts/key-comparison.ts'
import type { Db } from '../database/connect.ts'
import type { GemClient } from '../gem/client.ts'
import type { MappingRules } from '../mappers/record-digest.ts'
import type { AccountLimiter } from './account-limiter.ts'
import type { CallRetries, Pause } from './call-retries.ts'
import type { Meter } from './meter.ts'
import type { PageReader } from './read-page.ts'
import type { SliceInput } from './slice.types.ts'
import type { SyncSettings } from './sync-settings.ts'

/** What a slice works with. */
export interface SliceContext {
  readonly db: Db
  readonly gem: GemClient
  /** Parses and maps its pages. */
  readonly readPage: PageReader
  readonly limiter: AccountLimiter
  readonly settings: SyncSettings
  /** By which its records are mapped. */
  readonly rules: MappingRules
  /** Whether the worker has no other slice to work on by now: then it has cores to spare. */
  readonly isOnlySlice: () => boolean
  /** The how manieth attempt at this slice, from 1. */
  readonly attempt: number
  /** Whether the account's present key has been found to show rows that are mirrored already. */
  readonly key: KeyComparison
  /** Aborted when the activity is cancelled or the worker shuts down. */
  readonly signal: AbortSignal
  /** How to wait before a failed call is made again. Default: by the clock. */
  readonly pause?: Pause | undefined
  readonly meter: Meter
  /** Its lines name the account, the run and the stream. */
  readonly log: Logger
}

/** A slice that holds its stream: no older attempt can commit any more. */
export interface Slice extends SliceInput {
  readonly leaseEpoch: number
  /** Whether there is room for another call to Gem. */
  readonly mayCall: () => boolean
  /** Its calls that fail are made again by them. */
  readonly retries: CallRetries
}

const mostCalls = 25
const mostMs = 20_000

/**
 * Bounds a slice: after 25 calls or 20 s a fresh activity goes on. Calls count when they are made, so none is wasted;
 * those that are made again where they failed do not count, and none is made after the 20 s.
 */
export function sliceBudget() {
  const until = performance.now() + mostMs
  let calls = 0
  return {
    until,
    mayCall: () => calls < mostCalls && performance.now() < until && ++calls > 0,
  }
}
