import { sql } from 'kysely'
import type { Db } from '../connect.ts'
import type { WriteContext } from '../rows.ts'

/**
 * The rows of job_application_stages of these jobs: a 0-based rank by (priority as sent, id) among the job's stages
 * that are active and not deleted. A stage that leaves this order keeps its last index under a mark of deletion.
 */
export async function refreshJobStageRanks(
  trx: Db,
  context: WriteContext,
  jobs: readonly string[],
): Promise<void> {
  if (jobs.length === 0) return
  await sql`
    with ranked as (
      select f.pair_id as id, f.job_id, f.id as stage_id, row_number() over (
        partition by f.job_id order by f.priority nulls last, s.remote_id collate "C") - 1 as index
      from sync.job_stage_facts f
      join ats.application_stages s on s.id = f.id
      join ats.jobs j on j.id = f.job_id
      where f.job_id = any(${jobs}::uuid[]) and f.active and s.remote_deleted_at is null
    ), left_the_order as (
      update ats.job_application_stages set remote_deleted_at = ${context.now}::timestamptz, changed_at = ${context.now}::timestamptz
      where account = ${context.account} and job_id = any(${jobs}::uuid[]) and remote_deleted_at is null and id not in (select id from ranked)
    )
    insert into ats.job_application_stages as r (account, id, job_id, stage_id, index, changed_at)
    select ${context.account}, n.id, n.job_id, n.stage_id, n.index, ${context.now}::timestamptz
    from ranked n left join ats.job_application_stages r on r.id = n.id
    where r.id is null or r.index is distinct from n.index or r.remote_deleted_at is not null
    order by n.id
    on conflict (id) do update set index = excluded.index, remote_deleted_at = null, changed_at = excluded.changed_at`.execute(
    trx,
  )
}

/** Jobs that own one of these stages. */
export async function jobsOfStages(trx: Db, stages: readonly string[]): Promise<string[]> {
  if (stages.length === 0) return []
  const { rows } = await sql<{ job_id: string }>`
    select distinct job_id from sync.job_stage_facts
    where id = any(${stages}::uuid[]) and job_id is not null`.execute(trx)
  return rows.map((row) => row.job_id)
}
