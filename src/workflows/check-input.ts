import { ApplicationFailure, workflowInfo } from '@temporalio/workflow'
import { Undecodable } from './payload-converter.ts'
import type { AccountSyncInput } from './state.ts'

/**
 * @throws ApplicationFailure that says what was expected: the workflow fails at once. Error, by which its task waits
 *   for a worker with the right key, if it carries what this worker cannot decrypt.
 */
export function checkInput(input: AccountSyncInput): void {
  refuseUndecodable(input)
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

/** What an earlier run of the same workflow has carried over is never thrown away for the lack of a key. */
function refuseUndecodable(input: unknown): void {
  if (!(input instanceof Undecodable)) return
  const problem = `its input cannot be decoded (encoding ${input.why})`
  if (input.isEncrypted && workflowInfo().continuedFromExecutionRunId !== undefined) {
    throw new Error(`${problem}: this worker lacks the key; see GEM_ATS_SYNC_PREVIOUS_CODEC_KEYS`)
  }
  throw ApplicationFailure.nonRetryable(`${problem}: expected {"account": "<name>"}`, 'InvalidInput')
}
