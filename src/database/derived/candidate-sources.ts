import { sql } from 'kysely'
import type { Db } from '../connect.ts'
import type { WriteContext } from '../rows.ts'
import { uuids } from '../uuid-array.ts'

/** candidates.source: that of the initial application; a deleted one only if there is no other. */
export async function refreshCandidateSources(
  trx: Db,
  context: WriteContext,
  candidates: readonly string[],
): Promise<void> {
  if (candidates.length === 0) return
  const source = sql`(
    select a.custom_fields ->> 'source'
    from ats.applications a where a.account = ${context.account} and a.candidate_id = c.id
    order by a.remote_deleted_at is not null, a.remote_created_at nulls last, a.remote_id collate "C" limit 1
  )`
  await sql`
    update ats.candidates c set source = ${source}, changed_at = ${context.now}::timestamptz
    where c.id = any(${uuids(candidates)}::uuid[]) and c.source is distinct from ${source}`.execute(trx)
}
