import type { NativeConnection } from '@temporalio/worker'
import { searchAttributeNames } from '../workflows/search-attributes.ts'

/**
 * Whether the namespace knows our search attributes. Setting one that it does not know blocks a workflow for ever, so
 * without a clear yes they are left out.
 */
export async function knowsSearchAttributes(
  connection: NativeConnection,
  namespace: string,
): Promise<boolean> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
    return searchAttributeNames.every((name) => customAttributes && Object.hasOwn(customAttributes, name))
  } catch {
    // Not everybody may ask: Temporal Cloud and the test server answer with an error.
    return false
  }
}
