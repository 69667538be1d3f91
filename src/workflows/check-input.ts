import { ApplicationFailure, workflowInfo } from '@temporalio/workflow'
import { lacksKey, Undecodable } from './payload-converter.ts'
import type { AccountSyncInput } from './state.ts'

const EXPECTED = 'expected {"account": "<name>"}'

/**
 * Trusts nothing but what the workflow has carried over to itself.
 *
 * @throws ApplicationFailure that says what was expected: the workflow fails at once. Error, by which its task waits
 *   for a worker with the right key, if it carries what this worker cannot decrypt.
 */
export function checkInput(inputs: readonly unknown[]): asserts inputs is [AccountSyncInput] {
  const [input] = inputs
  refuseUndecodable(input)
  if (!isObject(input) || typeof input.account !== 'string') throw refused(EXPECTED)
  if (inputs.length > 1) throw refused(`expected one, found ${inputs.length}: ${EXPECTED}`)
  refuseFields(input)
  const expected = `gem-account-${input.account}`
  const { workflowId } = workflowInfo()
  if (workflowId !== expected) {
    const message = `workflow id: expected ${expected} for account ${input.account}, found ${workflowId}`
    throw ApplicationFailure.nonRetryable(message, 'InvalidInput')
  }
}

/** A reset keeps both the input and where it came from. */
const isContinued = () => workflowInfo().continuedFromExecutionRunId !== undefined

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const refused = (why: string) => ApplicationFailure.nonRetryable(`input: ${why}`, 'InvalidInput')

function refuseFields({ account: _, state, ...others }: Record<string, unknown>): void {
  const unknown = Object.keys(others)
  if (unknown.length > 0) {
    const names = unknown.slice(0, 3).map((name) => JSON.stringify(name.slice(0, 50)))
    throw refused(`unknown field${unknown.length > 1 ? 's' : ''} ${names.join(', ')}: ${EXPECTED}`)
  }
  if (state !== undefined && !isContinued()) {
    throw refused(`state is only for continue-as-new, and comes from the workflow itself: ${EXPECTED}`)
  }
}

/** What an earlier run of the same workflow has carried over is never thrown away for the lack of a key. */
function refuseUndecodable(input: unknown): void {
  if (!(input instanceof Undecodable)) return
  if (input.isEncrypted && isContinued()) throw new Error(`its input cannot be decoded, ${lacksKey(input)}`)
  const problem = `its input cannot be decoded (encoding ${input.why}): ${EXPECTED}`
  throw ApplicationFailure.nonRetryable(problem, 'InvalidInput')
}
