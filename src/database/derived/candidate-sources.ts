import { sql } from 'kysely'
import type { Db } from '../connect.ts'
import type { WriteContext } from '../rows.ts'

/** candidates.source: that of the initial application; a deleted one only if there is no other. */
export async function refreshCandidateSources(
  trx: Db,
  context: WriteContext,
  candidates: readonly string[],
): Promise<void> {
  if (candidates.length === 0) return
  await sql`
    update ats.candidates c set source = i.source, changed_at = ${context.now}::timestamptz
    from unnest(${candidates}::uuid[]) as wanted (id) left join lateral (
      select custom_fields ->> 'source' as source
      from ats.applications where account = ${context.account} and candidate_id = wanted.id
      order by remote_deleted_at is not null, remote_created_at nulls last, remote_id collate "C" limit 1
    ) as i on true
    where c.id = wanted.id and c.source is distinct from i.source`.execute(trx)
}
