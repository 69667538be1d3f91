import { sql } from 'kysely'
import { instantOf } from '../mappers/iso-time.ts'
import type { Db } from './connect.ts'
import type { Row } from './rows.ts'
import { uuids } from './uuid-array.ts'

/** Of each embedded application the copy that is not older than another one of the page. */
export function newestCopies(copies: readonly Row[]): Row[] {
  const newest = new Map<string, Row>()
  for (const copy of copies) {
    const other = newest.get(copy.id)
    if (other === undefined || !isNewer(lastActivity(other), lastActivity(copy))) newest.set(copy.id, copy)
  }
  return [...newest.values()]
}

/** The copies that are not older than what is stored, and which are stored. */
export async function withoutOutdated(
  trx: Db,
  copies: readonly Row[],
): Promise<{ rows: Row[]; stored: ReadonlySet<string> }> {
  if (copies.length === 0) return { rows: [], stored: new Set() }
  const stored = await lastActivities(
    trx,
    copies.map(({ id }) => id),
  )
  return {
    rows: copies.filter((copy) => !isNewer(stored.get(copy.id) ?? null, lastActivity(copy))),
    stored: new Set(stored.keys()),
  }
}

/** Of the stored rows, in milliseconds. The copies' own times stay here: PostgreSQL may refuse one, and the page with it. */
async function lastActivities(trx: Db, ids: readonly string[]): Promise<Map<string, number | null>> {
  const { rows } = await sql<{ id: string; at: number | null }>`
    select id, (extract(epoch from remote_updated_at) * 1000)::float8 as at
    from ats.applications where id = any(${uuids(ids)}::uuid[])`.execute(trx)
  return new Map(rows.map(({ id, at }) => [id, at]))
}

const lastActivity = ({ remoteUpdatedAt }: Row) =>
  remoteUpdatedAt === null ? null : instantOf(remoteUpdatedAt)

/** A copy without a time is not known to be newer, nor older. */
function isNewer(one: number | null, other: number | null): boolean {
  return one !== null && other !== null && one > other
}
