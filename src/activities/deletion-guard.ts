import type { MainTable } from '../streams.ts'

export interface GuardInput {
  readonly table: MainTable
  /** Rows not marked as deleted, and those of them that the full pass did not show. */
  readonly alive: number
  readonly absent: number
  /** Rows that the latest reading of the list showed. */
  readonly seen: number
  readonly maxShare: number
  readonly minRows: number
}

/**
 * Whether so many absences look rather like a fault than like deletions.
 *
 * @returns why nothing is marked and what to do, for people; null if the absences may be looked into.
 */
export function deletionGuard({ table, alive, absent, seen, maxShare, minRows }: GuardInput): string | null {
  if (seen === 0) return advise(`Gem shows no ${table} at all, where ${alive} were known`)
  if (alive < minRows || absent <= alive * maxShare) return null
  const percent = Math.round((absent / alive) * 100)
  return advise(`Gem no longer shows ${absent} of ${alive} ${table} (${percent} %, above deletions.maxShare)`)
}

const advise = (what: string) =>
  `${what}: nothing was marked as deleted. If it is true, send the signal resync {"confirmDeletions":true}`
