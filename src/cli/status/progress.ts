import type { RunMode } from '../../database/database-types.ts'
import type { StreamProgress } from '../../database/list-progress.ts'

/** How far one of Gem's lists has been read. What is not known is null. */
export interface Progress {
  /** From 0 to 1. */
  readonly share: number | null
  /** Where the total is from: Gem says it, or the previous good full sync found so many. */
  readonly basis: 'gem' | 'previous' | null
  readonly rowsPerSecond: number | null
  readonly secondsLeft: number | null
}

const unknown: Progress = { share: null, basis: null, rowsPerSecond: null, secondsLeft: null }

/** Below this many seconds a rate says nothing. */
const TOO_SHORT_S = 0.1

/** @param mode of the run: what an earlier full sync has found is a measure for another full one alone. */
export function progressOf(stream: StreamProgress, mode: RunMode): Progress {
  const rowsPerSecond =
    stream.seconds >= TOO_SHORT_S && stream.fetched > 0 ? stream.fetched / stream.seconds : null
  if (stream.state === 'SUCCEEDED') return { ...unknown, share: 1, rowsPerSecond }
  if (stream.state !== 'RUNNING') return unknown
  // The second look at rows that seem absent has no length that is known ahead.
  if (stream.step === 'absences' || stream.offset === null) return { ...unknown, rowsPerSecond }
  if (stream.step === 'done') return { ...unknown, share: 1, rowsPerSecond }
  const { total, basis } = totalOf(stream, mode)
  if (total === null) return { ...unknown, rowsPerSecond }
  const left = Math.max(0, total - stream.offset)
  return {
    share: total === 0 ? 1 : Math.min(1, stream.offset / total),
    basis,
    rowsPerSecond,
    secondsLeft: rowsPerSecond === null ? null : left / rowsPerSecond,
  }
}

function totalOf({ total, previous, step }: StreamProgress, mode: RunMode) {
  if (total !== null) return { total, basis: 'gem' as const }
  if (mode === 'full' && step === 'whole' && previous !== null && previous > 0)
    return { total: previous, basis: 'previous' as const }
  return { total: null, basis: null }
}
