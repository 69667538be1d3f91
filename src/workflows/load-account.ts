import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow'
import type { LoadedAccount } from '../activities/account.types.ts'
import { bookkeeping } from './activities.ts'

/** @throws ApplicationFailure if there is no such account, in the words of whoever looked: the workflow fails by them. */
export async function loadAccount(account: string): Promise<LoadedAccount> {
  try {
    return await bookkeeping.loadAccount.executeWithOptions({ summary: 'read settings' }, [{ account }])
  } catch (error) {
    const cause = error instanceof ActivityFailure ? error.cause : null
    if (!(cause instanceof ApplicationFailure)) throw error
    throw ApplicationFailure.nonRetryable(cause.message, cause.type)
  }
}
