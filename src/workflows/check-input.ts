import { ApplicationFailure, workflowInfo } from '@temporalio/workflow'
import type { AccountSyncInput } from './state.ts'

/** @throws ApplicationFailure that says what was expected: the workflow fails at once. */
export function checkInput(input: AccountSyncInput): void {
  const account: unknown = input?.account
  if (typeof account !== 'string') {
    throw ApplicationFailure.nonRetryable('input: expected {"account": "<name>"}', 'InvalidInput')
  }
  const expected = `gem-account-${account}`
  if (workflowInfo().workflowId !== expected) {
    throw ApplicationFailure.nonRetryable(
      `workflow id: expected ${expected} for account ${account}, found ${workflowInfo().workflowId}`,
      'InvalidInput',
    )
  }
}
