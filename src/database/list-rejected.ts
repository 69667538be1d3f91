import { sql } from 'kysely'
import { parseExactJson } from '../gem/exact-json.ts'
import type { StreamName } from '../streams.ts'
import type { Db } from './connect.ts'

export interface RejectedFilter {
  readonly account: string
  /** Null: all of them. */
  readonly stream: StreamName | null
  /** Those that have been resolved as well. */
  readonly all: boolean
  readonly limit: number
}

export interface RejectedEntry {
  readonly stream: string
  /** Gem's id, whatever characters it has; null if it could not be read. */
  readonly remote_id: string | null
  readonly reason: string
  readonly first_seen_at: Date
  readonly last_seen_at: Date
  readonly resolved_at: Date | null
}

/** Rejected records, the latest seen first. */
export async function listRejected(db: Db, filter: RejectedFilter): Promise<RejectedEntry[]> {
  return await rejectedRecords(db, filter).execute()
}

/**
 * The same with the records as Gem sent them, which hold personal data; numbers keep their digits. Of resolved ones
 * nothing is kept: null.
 */
export async function listRejectedWithRaw(
  db: Db,
  filter: RejectedFilter,
): Promise<(RejectedEntry & { readonly raw: unknown })[]> {
  const rows = await rejectedRecords(db, filter).select(sql<string | null>`raw::text`.as('raw')).execute()
  return rows.map((row) => ({ ...row, raw: row.raw === null ? null : parseExactJson(row.raw) }))
}

function rejectedRecords(db: Db, { account, stream, all, limit }: RejectedFilter) {
  let query = db
    .selectFrom('sync.rejected_records')
    .select(['stream', 'remote_id', 'reason', 'first_seen_at', 'last_seen_at', 'resolved_at'])
    .where('account', '=', account)
  if (stream !== null) query = query.where('stream', '=', stream)
  if (!all) query = query.where('resolved_at', 'is', null)
  return query.orderBy('last_seen_at', 'desc').orderBy('stream').orderBy('remote_id').limit(limit)
}
