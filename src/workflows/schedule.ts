import type { RunMode } from '../database/database-types.ts'

/** When syncs of each kind last began, in milliseconds since the epoch; null: never. */
export interface SyncStarts {
  /** The last full of all models. */
  readonly full: number | null
  /** The last sync of all models, whichever kind: a full counts as a delta too. */
  readonly delta: number | null
}

export interface Intervals {
  readonly deltaEveryMs: number
  readonly fullEveryMs: number
}

export interface DueSync {
  readonly mode: RunMode
  readonly at: number
}

/**
 * The next sync by the schedule. Each interval counts from the start of the last sync of its kind, so an outage is
 * followed by one sync and not by those that were missed; where both are due the full runs.
 *
 * @returns when it is due; a time that has passed means now.
 */
export function nextSync(starts: SyncStarts, intervals: Intervals, account: string, now: number): DueSync {
  if (starts.full === null) return { mode: 'full', at: now }
  const full = starts.full + intervals.fullEveryMs + jitter(account, intervals.fullEveryMs)
  const delta =
    (starts.delta ?? starts.full) + intervals.deltaEveryMs + jitter(account, intervals.deltaEveryMs)
  if (full <= Math.max(delta, now)) return { mode: 'full', at: full }
  return { mode: 'delta', at: delta }
}

const mostJitterMs = 5 * 60_000

/** The same for an account every time, and different for another: accounts do not march in step. */
export function jitter(account: string, everyMs: number): number {
  return Math.floor(fraction(account) * Math.min(mostJitterMs, everyMs / 20))
}

/** FNV-1a of the name, from 0 to 1; mixed at the end, or names that differ in their last character would be neighbours. */
function fraction(name: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}
