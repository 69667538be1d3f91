import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow'
import { failureTypes } from '../activities/failure-types.ts'

/**
 * Why a run can write no more: it has ended (the workflow was reset to a time before), another one has begun, or an older
 * backup without it was restored. Null for all other failures.
 */
export function fencedBy(error: unknown): string | null {
  const cause = error instanceof ActivityFailure ? error.cause : null
  return cause instanceof ApplicationFailure && cause.type === failureTypes.fenced ? cause.message : null
}
