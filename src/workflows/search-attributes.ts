import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common'

/** By which accounts are found in the Web UI and the command line: `GemSyncState = "NEEDS_CREDENTIALS"`. */
export const accountAttribute = defineSearchAttributeKey('GemAccount', SearchAttributeType.KEYWORD)
export const stateAttribute = defineSearchAttributeKey('GemSyncState', SearchAttributeType.KEYWORD)

export const searchAttributeNames = [accountAttribute.name, stateAttribute.name]
