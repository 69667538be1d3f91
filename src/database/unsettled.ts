import { sql } from 'kysely'
import type { StreamName } from '../streams.ts'
import type { Db } from './connect.ts'
import { uuids } from './uuid-array.ts'

/** What earlier pages have left for later ones to settle: of most accounts nothing, which spares each page the looks. */
export interface Unsettled {
  /** Streams of which records are rejected at present. */
  readonly rejecting: ReadonlySet<StreamName>
  /** Whether references or join rows wait for a parent. */
  readonly waiting: boolean
}

/** Asked while the account is locked: no other commit adds to it. */
export async function readUnsettled(trx: Db, account: string): Promise<Unsettled> {
  const { rows } = await sql<{ rejecting: StreamName[]; waiting: boolean }>`
    select array(
        select distinct stream from sync.rejected_records where account = ${account} and resolved_at is null
      ) as rejecting,
      exists (select from sync.waiting_references where account = ${account})
        or exists (select from sync.waiting_pairs where account = ${account}) as waiting`.execute(trx)
  return { rejecting: new Set(rows[0]?.rejecting), waiting: rows[0]?.waiting ?? true }
}

/** Whether one of these rows waits for a parent, or is waited for. */
export async function areUnsettled(trx: Db, ids: readonly string[]): Promise<boolean> {
  const these = sql`any(${uuids(ids)}::uuid[])`
  const { rows } = await sql<{ are: boolean }>`
    select exists (select from sync.waiting_references where row_id = ${these} or parent_id = ${these})
      or exists (select from sync.waiting_pairs where owner_id = ${these} or parent_id = ${these}) as are`.execute(
    trx,
  )
  return rows[0]?.are ?? true
}
