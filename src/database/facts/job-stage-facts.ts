import { sql } from 'kysely'
import type { JobStageFacts } from '../../mappers/application-stages.ts'
import type { Db } from '../connect.ts'
import { rowId } from '../row-id.ts'
import { type Row, recordset, storedRow, type WriteContext } from '../rows.ts'

/** What follows from a page of stages: whose ranks, and which interviews, may have moved. */
export interface StageFactsChanges {
  /** Jobs that own one of the stages, or owned it before. */
  readonly jobs: string[]
  /** Stages that now belong to another job. */
  readonly movedStages: string[]
  /** Keys of interview plans that came, went or moved to another job. */
  readonly planKeys: string[]
}

/** Keeps whose stage each is, whether it is active, its priority, and which interviews are planned in it. */
export async function writeJobStageFacts(
  trx: Db,
  context: WriteContext,
  rows: readonly Row[],
): Promise<StageFactsChanges> {
  const changed = await upsertFacts(trx, context, rows)
  const replanned = changed.filter((row) => row.plan_differs || row.job_differs).map((row) => row.id)
  return {
    jobs: [...new Set(changed.flatMap((row) => [row.job_id, row.previous_job_id]))].filter(
      (job) => job !== null,
    ),
    movedStages: changed.filter((row) => row.job_differs).map((row) => row.id),
    planKeys: replanned.length === 0 ? [] : await replacePlans(trx, context, replanned),
  }
}

interface ChangedFacts {
  readonly id: string
  readonly job_id: string | null
  readonly previous_job_id: string | null
  readonly job_differs: boolean
  readonly plan_differs: boolean
}

async function upsertFacts(trx: Db, context: WriteContext, rows: readonly Row[]): Promise<ChangedFacts[]> {
  const input = rows.map(({ id, remoteId, facts: known }) => {
    const facts = known as JobStageFacts
    return {
      id,
      job_id: facts.job === null ? null : rowId(context.account, 'jobs', facts.job),
      pair_id:
        facts.job === null ? null : rowId(context.account, 'job_application_stages', facts.job, remoteId),
      active: facts.active,
      priority: facts.priority,
      plan: facts.plan,
    }
  })
  const { rows: changed } = await sql<ChangedFacts>`
    with differing as (
      select i.*, r.job_id as previous_job_id, i.job_id is distinct from r.job_id as job_differs,
        i.plan is distinct from r.plan as plan_differs
      from jsonb_to_recordset(${recordset(input)}::jsonb)
        as i (id uuid, job_id uuid, pair_id uuid, active boolean, priority numeric, plan jsonb)
      ${storedRow(sql.table('sync.job_stage_facts'), 'i.id')}
      where (i.job_id, i.pair_id, i.active, i.priority, i.plan) is distinct from (r.job_id, r.pair_id, r.active, r.priority, r.plan)
    ), written as (
      insert into sync.job_stage_facts (account, id, job_id, pair_id, active, priority, plan)
      select ${context.account}, id, job_id, pair_id, active, priority, plan from differing order by id
      on conflict (id) do update set job_id = excluded.job_id, pair_id = excluded.pair_id,
        active = excluded.active, priority = excluded.priority, plan = excluded.plan
    )
    select id, job_id, previous_job_id, job_differs, plan_differs from differing`.execute(trx)
  return changed
}

/** Rewrites the look-up table of the stages' plans; returns the keys before and after. */
async function replacePlans(trx: Db, context: WriteContext, stages: readonly string[]): Promise<string[]> {
  const gone = await sql<Keys>`
    delete from sync.stage_plans where stage_id = any(${stages}::uuid[])
    returning item_key::text, interview_key::text`.execute(trx)
  // Ids of any length are looked up by their hash, which fits an index. As text: a number of ours has fewer digits.
  const come = await sql<Keys>`
    insert into sync.stage_plans (account, stage_id, item_key, interview_key)
    select ${context.account}, f.id, hashtextextended(p.item, 0), hashtextextended(p.interview, 0)
    from sync.job_stage_facts f, jsonb_to_recordset(f.plan) as p (item text, interview text)
    where f.id = any(${stages}::uuid[])
    returning item_key::text, interview_key::text`.execute(trx)
  const keys = [...gone.rows, ...come.rows].flatMap((row) => [row.item_key, row.interview_key])
  return [...new Set(keys)].filter((key) => key !== null)
}

interface Keys {
  readonly item_key: string | null
  readonly interview_key: string | null
}
