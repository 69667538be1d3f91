import type { RunState } from '../database/database-types.ts'
import type { MainTable, StreamName } from '../streams.ts'

/** Rows of `ats`, by what became of them. */
export type RowChange = 'inserted' | 'updated' | 'unchanged' | 'deleted'

/**
 * What the activities tell of their work, for whoever measures it. Told once what it tells of is committed or has
 * ended; never a value of a record, never an account's name.
 */
export interface Meter {
  pageCommitted(stream: StreamName, page: MeasuredPage): void
  rowsWritten(model: MainTable, rows: Readonly<Partial<Record<RowChange, number>>>): void
  /** A call to Gem has ended; status null: without a whole answer. */
  gemCalled(stream: StreamName, status: number | null, seconds: number): void
  /** A call has waited for its account's own limiter. */
  waitedForSlot(seconds: number): void
  /** Gem asked for a pause of the whole account. */
  askedToPause(reason: 'throttled' | 'quota', seconds: number): void
  runEnded(state: RunState): void
  /** So many rows of a table seem gone that nothing was marked: a person has to look. */
  deletionsHeldBack(model: MainTable): void
}

export interface MeasuredPage {
  /** Records that could not be mapped. */
  readonly rejected: number
  /** Odd values that became null or were dropped. */
  readonly warnings: number
  /** How long the transaction took. */
  readonly seconds: number
}

/** Measures nothing. */
export const silentMeter: Meter = {
  pageCommitted() {},
  rowsWritten() {},
  gemCalled() {},
  waitedForSlot() {},
  askedToPause() {},
  runEnded() {},
  deletionsHeldBack() {},
}
