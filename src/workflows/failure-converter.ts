import { DefaultFailureConverter } from '@temporalio/common'

/** A worker knows a bundle that has this converter by this text: where it lacks, failures would not be encrypted. */
export const ENCODES_FAILURES = 'gem-ats-sync: messages and stacks of failures are payloads'

/** Messages and stacks of failures become payloads, which the codec then encrypts. */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true })
