import type { RunState } from '../database/database-types.ts'
import type { FinishRunInput } from './account.types.ts'

/** How a run ended, by what became of its streams. */
export function outcomeOf({ streams, stoppedBy }: FinishRunInput): { state: RunState; error: string | null } {
  const failed = streams.filter(
    (end) => end.state === 'FAILED' || (end.state === 'SKIPPED' && end.error !== null),
  )
  const error = failed.map((end) => `${end.stream}: ${end.error ?? 'failed'}`).join('\n') || null
  if (stoppedBy === 'credentials') return { state: 'AUTHENTICATION_FAILED', error }
  if (stoppedBy === 'cancellation') return { state: 'CANCELLED', error }
  if (failed.length === 0) return { state: 'SUCCEEDED', error: null }
  return { state: streams.some((end) => end.wasRead) ? 'PARTIALLY_FAILED' : 'FAILED', error }
}
