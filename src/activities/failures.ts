import { activityInfo } from '@temporalio/activity'
import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import {
  CredentialsRefusedError,
  FencedError,
  OtherTeamError,
  RequestRefusedError,
  TryAgainError,
  UserError,
} from '../errors.ts'
import { type FailureType, failureTypes } from './failure-types.ts'

/** Attempts after which a stream that Gem keeps failing gives up for this run. */
const mostGemAttempts = 6

/** The one place where the product's errors become Temporal's: what to do is in the type and in `nonRetryable`. */
export function asTemporalFailure<F extends (input: never) => Promise<unknown>>(activity: F): F {
  const wrapped = async (input: never) => {
    try {
      return await activity(input)
    } catch (error) {
      throw toFailure(error, activityInfo().attempt)
    }
  }
  return wrapped as F
}

export function toFailure(error: unknown, attempt: number): Error {
  if (error instanceof CancelledFailure) return error
  if (error instanceof CredentialsRefusedError) return forGood(failureTypes.credentials, error)
  if (error instanceof OtherTeamError) return forGood(failureTypes.otherTeam, error)
  if (error instanceof RequestRefusedError) return forGood(failureTypes.refused, error)
  if (error instanceof FencedError) return forGood(failureTypes.fenced, error)
  if (error instanceof UserError) return forGood(failureTypes.user, error)
  if (error instanceof TryAgainError) {
    return attempt >= mostGemAttempts
      ? forGood(failureTypes.unavailable, error)
      : retryable(failureTypes.unavailable, error.message)
  }
  // PostgreSQL's messages quote values; which condition it was is in the code, and in the worker's log.
  return retryable(failureTypes.other, describe(error))
}

const forGood = (type: FailureType, error: Error) =>
  ApplicationFailure.create({ type, message: error.message, nonRetryable: true })

const retryable = (type: FailureType, message: string) =>
  ApplicationFailure.create({ type, message, nonRetryable: false })

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  const fromPostgres = 'severity' in error
  return fromPostgres ? `PostgreSQL answers with an error${code}` : `${error.name}${code}: ${error.message}`
}
