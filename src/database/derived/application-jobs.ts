import { sql } from 'kysely'
import type { Db } from '../connect.ts'
import type { Change, WriteContext } from '../rows.ts'
import { uuids } from '../uuid-array.ts'

/**
 * applications.job_id where several jobs are named: the one that owns the current stage, else the first; null, and
 * waiting, while that job has no row.
 *
 * @param applications ids; those that name one job or none are left alone.
 */
export async function refreshApplicationJobs(
  trx: Db,
  context: WriteContext,
  applications: readonly string[],
): Promise<Change[]> {
  if (applications.length === 0) return []
  const { rows } = await sql<Change>`
    with chosen as (
      select f.id, case when s.job_id = any(f.job_ids) then s.job_id else f.job_ids[1] end as job_id
      from sync.application_facts f
      join ats.applications a on a.id = f.id
      left join sync.job_stage_facts s on s.id = a.current_stage_id
      where f.id = any(${uuids(applications)}::uuid[])
    ), resolved as (
      select c.id, c.job_id as wanted, j.id as job_id from chosen c left join ats.jobs j on j.id = c.job_id
    ), waiting as (
      insert into sync.waiting_references as w (account, table_name, row_id, column_name, parent_id)
      select ${context.account}, 'applications', id, 'job_id', wanted from resolved where job_id is null
      on conflict (row_id, column_name) do update set parent_id = excluded.parent_id where w.parent_id <> excluded.parent_id
    ), settled as (
      delete from sync.waiting_references w using resolved r
      where w.row_id = r.id and w.column_name = 'job_id' and r.job_id is not null
    )
    update ats.applications a set job_id = r.job_id, changed_at = ${context.now}::timestamptz
    from resolved r, ats.applications before
    where a.id = r.id and before.id = r.id and a.job_id is distinct from r.job_id
    returning a.id, false as inserted,
      jsonb_build_object('job_id', before.job_id) as previous, jsonb_build_object('job_id', a.job_id) as current`.execute(
    trx,
  )
  return rows
}

/** Applications that name several jobs and stand in one of these stages. */
export async function applicationsInStages(
  trx: Db,
  context: WriteContext,
  stages: readonly string[],
): Promise<string[]> {
  if (stages.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    select a.id from ats.applications a join sync.application_facts f on f.id = a.id
    where a.account = ${context.account} and a.current_stage_id = any(${stages}::uuid[])`.execute(trx)
  return rows.map((row) => row.id)
}
