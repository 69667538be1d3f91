import { sql } from 'kysely'
import type { MappedRecord } from '../mappers/read-record.ts'
import { instantOf } from '../mappers/values.ts'
import type { Db } from './connect.ts'
import { rowId } from './row-id.ts'

/** The embedded copies of applications that are not older than what is stored, or than one another. */
export async function withoutOutdated(
  trx: Db,
  account: string,
  copies: readonly MappedRecord[],
): Promise<MappedRecord[]> {
  if (copies.length === 0) return []
  const newest = new Map<string, MappedRecord>()
  for (const copy of copies) {
    const other = newest.get(copy.remoteId)
    if (other === undefined || !isNewer(lastActivity(other), lastActivity(copy)))
      newest.set(copy.remoteId, copy)
  }
  const stored = await lastActivities(trx, account, [...newest.keys()])
  return [...newest.values()].filter(
    (copy) => !isNewer(stored.get(copy.remoteId) ?? null, lastActivity(copy)),
  )
}

/** Of the stored rows, in milliseconds. The copies' own times stay here: PostgreSQL may refuse one, and the page with it. */
async function lastActivities(
  trx: Db,
  account: string,
  remoteIds: readonly string[],
): Promise<Map<string, number | null>> {
  const { rows } = await sql<{ remote_id: string; at: number | null }>`
    select remote_id, (extract(epoch from remote_updated_at) * 1000)::float8 as at
    from ats.applications where id = any(${remoteIds.map((id) => rowId(account, 'applications', id))}::uuid[])`.execute(
    trx,
  )
  return new Map(rows.map(({ remote_id, at }) => [remote_id, at]))
}

function lastActivity({ columns: { remote_updated_at } }: MappedRecord): number | null {
  return typeof remote_updated_at === 'string' ? instantOf(remote_updated_at) : null
}

/** A copy without a time is not known to be newer, nor older. */
function isNewer(one: number | null, other: number | null): boolean {
  return one !== null && other !== null && one > other
}
