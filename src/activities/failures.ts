import { ApplicationFailure, CancelledFailure } from '@temporalio/common'
import { explainCondition } from '../database/conditions.ts'
import {
  CredentialsRefusedError,
  type FailedSlice,
  FencedError,
  OtherTeamError,
  RequestRefusedError,
  TryAgainError,
  UnusableAccountError,
  UserError,
} from '../errors.ts'
import { type FailureType, failureTypes } from './failure-types.ts'

/**
 * The one place where the product's errors become Temporal's. What Gem or a person has to change is not retryable: the
 * workflow decides by the type when to come back. The rest, a database or worker that went away, Temporal retries.
 */
export function asTemporalFailure<F extends (input: never) => Promise<unknown>>(activity: F): F {
  const wrapped = async (input: never) => {
    try {
      return await activity(input)
    } catch (error) {
      throw toFailure(error)
    }
  }
  return wrapped as F
}

/** Null: a cancellation, which is no failure. */
export function failureTypeOf(error: unknown): FailureType | null {
  const failure = toFailure(error)
  return failure instanceof ApplicationFailure ? (failure.type as FailureType) : null
}

export function toFailure(error: unknown): Error {
  if (error instanceof CancelledFailure) return error
  if (error instanceof CredentialsRefusedError) return forGood(failureTypes.credentials, error)
  if (error instanceof OtherTeamError) return forGood(failureTypes.otherTeam, error)
  if (error instanceof RequestRefusedError) return forGood(failureTypes.refused, error)
  if (error instanceof FencedError) return forGood(failureTypes.fenced, error)
  if (error instanceof UnusableAccountError) return forGood(failureTypes[error.what], error)
  if (error instanceof UserError) return forGood(failureTypes.user, error)
  if (error instanceof TryAgainError) return forGood(failureTypes.unavailable, error, error.slice)
  // PostgreSQL's messages quote values; which condition it was is in the code, and in the worker's log.
  return ApplicationFailure.create({
    type: failureTypes.other,
    message: describe(error),
    nonRetryable: false,
  })
}

const forGood = (type: FailureType, error: Error, slice: FailedSlice | null = null) =>
  ApplicationFailure.create({
    ...{ type, message: error.message, nonRetryable: true },
    ...(slice === null ? {} : { details: [slice] }),
  })

function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const code = 'code' in error && typeof error.code === 'string' ? ` (${error.code})` : ''
  const fromPostgres = 'severity' in error
  if (!fromPostgres) return `${error.name}${code}: ${error.message}`
  const condition = explainCondition(error)
  return `PostgreSQL answers with an error${code}${condition === null ? '' : `: ${condition}`}`
}
