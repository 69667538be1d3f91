import type { Rate } from './rate-limit.ts'

/**
 * How an account's limit follows what Gem takes. A refused call (429) lowers it at once; calls that it holds back raise
 * it again, slowly. Against a bucket that is tighter than the settings the rate so swings between four fifths of the
 * bucket's and just above it: one refusal every few minutes of steady calls, and nine tenths of what the bucket has to
 * give (test/database/learned-rate.test.ts). A limit that holds nobody back proves nothing: hours without a sync
 * neither forget what was learned nor teach.
 */

/** Seconds of calls, each made to wait by the limit, in which the limit doubles. */
export const doublesIn = 600

const shareThatStays = 0.8

/** Five seconds between two calls: any slower, and finding out that Gem takes more again would take very long. */
const lowest = 0.2

/**
 * What a refused call teaches, by the rate that had let it through (calls a second). Calls that were under way side by
 * side were let through by the same rate and teach the same: however many of them are refused, it is lowered once.
 * An empty bucket has no burst to give; how much a full one holds is found out as the burst grows again.
 */
export function afterRefusal(perSecond: number): Rate {
  return { perSecond: Math.max(perSecond * shareThatStays, Math.min(perSecond, lowest)), burst: 1 }
}
