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
  const known = (await listed(connection, namespace)) ?? (await aliases(connection, namespace)) ?? []
  return searchAttributeNames.every((name) => known.includes(name))
}

/** Not everybody may ask: Temporal Cloud and the test server answer with an error. @returns null then. */
async function listed({ operatorService }: NativeConnection, namespace: string): Promise<string[] | null> {
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
    return Object.keys(customAttributes ?? {})
  } catch {
    return null
  }
}

/** The namespace tells by itself under which names its columns of attributes are known. */
async function aliases({ workflowService }: NativeConnection, namespace: string): Promise<string[] | null> {
  try {
    const { config } = await workflowService.describeNamespace({ namespace })
    return Object.values(config?.customSearchAttributeAliases ?? {})
  } catch {
    return null
  }
}
