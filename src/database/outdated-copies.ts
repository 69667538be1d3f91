import { sql } from 'kysely'
import type { MappedRecord } from '../mappers/read-record.ts'
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
    if (other === undefined || !isNewer(other, copy)) newest.set(copy.remoteId, copy)
  }
  const input = [...newest.values()].map((copy) => ({
    id: rowId(account, 'applications', copy.remoteId),
    last_activity_at: copy.columns.remote_updated_at,
  }))
  const { rows: outdated } = await sql<{ remote_id: string }>`
    select r.remote_id
    from jsonb_to_recordset(${JSON.stringify(input)}::jsonb) as i (id uuid, last_activity_at timestamptz)
    join ats.applications r on r.id = i.id
    where r.remote_updated_at > i.last_activity_at`.execute(trx)
  for (const { remote_id } of outdated) newest.delete(remote_id)
  return [...newest.values()]
}

/** Both times are UTC text of one form, so they compare as text; a copy without one is not known to be newer. */
function isNewer(one: MappedRecord, other: MappedRecord): boolean {
  const [first, second] = [one.columns.remote_updated_at, other.columns.remote_updated_at]
  return typeof first === 'string' && typeof second === 'string' && first > second
}
