import { createHash } from 'node:crypto'
import type { TableName } from './types.ts'

const NAMESPACE = Buffer.from('0b9e5c1e6d0f5a578f0e3c5d2a9b7f41', 'hex')

/** UUIDv5 (RFC 9562, 5.5) of the account, the table and the remote id, or both parents' remote ids for a join row. */
export function rowId(account: string, table: TableName, ...remoteIds: string[]): string {
  const name = JSON.stringify([account, table, ...remoteIds])
  const bytes = createHash('sha1').update(NAMESPACE).update(name, 'utf8').digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x50
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** The key of a join row in the oracle's maps. */
export const pairKey = (first: string, second: string): string => JSON.stringify([first, second])
