import { v5 } from 'uuid'

const namespace = '0b9e5c1e-6d0f-5a57-8f0e-3c5d2a9b7f41'

/**
 * The id of a row: the same in every database that mirrors the account.
 *
 * @param remoteIds Gem's id of the record; for a join row both parents' ids, in the order of its columns.
 */
export function rowId(account: string, table: string, ...remoteIds: readonly string[]): string {
  return v5(JSON.stringify([account, table, ...remoteIds]), namespace)
}
