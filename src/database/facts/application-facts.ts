import { sql } from 'kysely'
import type { ApplicationFacts } from '../../mappers/applications.ts'
import type { Db } from '../connect.ts'
import { rowId } from '../row-id.ts'
import { type Row, recordset, storedRow, type WriteContext } from '../rows.ts'
import { uuids } from '../uuid-array.ts'

/**
 * Keeps the jobs of the applications that name several: which of them counts depends on the current stage.
 *
 * @param stored rows that may have named several before.
 * @returns the applications of this page that name several jobs.
 */
export async function writeApplicationFacts(
  trx: Db,
  context: WriteContext,
  rows: readonly Row[],
  stored: ReadonlySet<string>,
): Promise<string[]> {
  const several = rows.flatMap((row) => {
    const facts = row.facts as ApplicationFacts | null
    return facts === null
      ? []
      : [{ id: row.id, job_ids: facts.jobs.map((job) => rowId(context.account, 'jobs', job)) }]
  })
  const known = rows.map((row) => row.id).filter((id) => stored.has(id))
  if (several.length + known.length === 0) return []
  // Those that are known already are left out: a conflict would lock, and so write, each of them.
  await sql`
    with input as (
      select * from jsonb_to_recordset(${recordset(several)}::jsonb) as i (id uuid, job_ids uuid[])
    ), single as (
      delete from sync.application_facts f
      where f.id = any(${uuids(known)}::uuid[]) and not exists (select from input i where i.id = f.id)
    )
    insert into sync.application_facts as f (account, id, job_ids)
    select ${context.account}, i.id, i.job_ids from input i
    ${storedRow(sql.table('sync.application_facts'), 'i.id')}
    where r.job_ids is distinct from i.job_ids order by i.id
    on conflict (id) do update set job_ids = excluded.job_ids`.execute(trx)
  return several.map((row) => row.id)
}
