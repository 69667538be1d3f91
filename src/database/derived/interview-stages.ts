import { sql } from 'kysely'
import { textArray } from '../column-arrays.ts'
import type { Db } from '../connect.ts'
import type { WriteContext } from '../rows.ts'
import { uuids } from '../uuid-array.ts'

/**
 * interviews.stage_id: the stage in whose plan the interview's item stands; else the only stage of the application's
 * job that plans this interview; else null. Deleted stages and plans count. An item that stands in several
 * stages, which Gem does not foresee, goes to the first by id.
 */
export async function refreshInterviewStages(
  trx: Db,
  context: WriteContext,
  interviews: readonly string[],
): Promise<void> {
  if (interviews.length === 0) return
  await sql`
    update ats.interviews i set stage_id = ${stage}, changed_at = ${context.now}::timestamptz
    where i.id = any(${uuids(interviews)}::uuid[]) and i.stage_id is distinct from ${stage}`.execute(trx)
}

/** Of the interview `i`. By the stages of its job, which are few: all jobs of an account may plan the same interview. */
const stage = sql`coalesce(
  (select p.stage_id from sync.stage_plans p join ats.application_stages s on s.id = p.stage_id
    where p.account = i.account and p.item_key = hashtextextended(i.remote_data ->> 'job_stage_interview_item_id', 0)
    order by s.remote_id collate "C" limit 1),
  (select case when count(distinct p.stage_id) = 1 then min(p.stage_id::text)::uuid end
    from ats.applications a
    join sync.job_stage_facts f on f.job_id = a.job_id
    join sync.stage_plans p on p.stage_id = f.id
    where a.id = i.application_id and p.interview_key = hashtextextended(i.remote_data -> 'interview' ->> 'id', 0))
)`

/** Stages in whose plan these items stand, where there is one. */
export async function plannedStages(
  trx: Db,
  context: WriteContext,
  items: readonly { readonly id: string; readonly item: string }[],
): Promise<{ id: string; stage_id: string }[]> {
  if (items.length === 0) return []
  const { rows } = await sql<{ id: string; stage_id: string }>`
    select i.id, planned.stage_id
    from unnest(
      ${uuids(items.map(({ id }) => id))}::uuid[], ${textArray(items.map(({ item }) => item))}::text[]
    ) as i (id, item) cross join lateral (
      select p.stage_id from sync.stage_plans p join ats.application_stages s on s.id = p.stage_id
      where p.account = ${context.account} and p.item_key = hashtextextended(i.item, 0)
      order by s.remote_id collate "C" limit 1
    ) as planned`.execute(trx)
  return rows
}

/** Interviews of these applications. */
export async function interviewsOfApplications(
  trx: Db,
  context: WriteContext,
  applications: readonly string[],
): Promise<string[]> {
  if (applications.length === 0) return []
  // One by one, lest a table without statistics is read from end to end.
  const { rows } = await sql<{ id: string }>`
    select i.id from unnest(${uuids(applications)}::uuid[]) as a (id) cross join lateral (
      select id from ats.interviews where account = ${context.account} and application_id = a.id offset 0
    ) as i`.execute(trx)
  return rows.map((row) => row.id)
}

/** Interviews that a change of these plans may concern. Rare and small beside a page of interviews: no index. */
export async function interviewsOfPlans(
  trx: Db,
  context: WriteContext,
  planKeys: readonly string[],
): Promise<string[]> {
  if (planKeys.length === 0) return []
  const { rows } = await sql<{ id: string }>`
    select id from ats.interviews
    where account = ${context.account} and (
      hashtextextended(remote_data ->> 'job_stage_interview_item_id', 0) = any(${planKeys}::bigint[])
      or hashtextextended(remote_data -> 'interview' ->> 'id', 0) = any(${planKeys}::bigint[]))`.execute(trx)
  return rows.map((row) => row.id)
}
