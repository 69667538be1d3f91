import { sql } from 'kysely'
import type { JobPostFacts } from '../../mappers/job-postings.ts'
import type { Db } from '../connect.ts'
import { rowId } from '../row-id.ts'
import { type Row, recordset, storedRow, type WriteContext } from '../rows.ts'

/**
 * Keeps whose posting each is and when it was first published.
 *
 * @returns jobs whose description may follow: those that own one of the changed postings, or owned it before.
 */
export async function writeJobPostFacts(
  trx: Db,
  context: WriteContext,
  rows: readonly Row[],
): Promise<string[]> {
  const input = rows.map(({ id, facts: known }) => {
    const facts = known as JobPostFacts
    return {
      id,
      job_id: facts.job === null ? null : rowId(context.account, 'jobs', facts.job),
      first_published_at: facts.first_published_at,
    }
  })
  const { rows: changed } = await sql<{ job_id: string | null; previous_job_id: string | null }>`
    with differing as (
      select i.*, r.job_id as previous_job_id
      from jsonb_to_recordset(${recordset(input)}::jsonb) as i (id uuid, job_id uuid, first_published_at timestamptz)
      ${storedRow(sql.table('sync.job_post_facts'), 'i.id')}
      where r.id is null or (i.job_id, i.first_published_at) is distinct from (r.job_id, r.first_published_at)
    ), written as (
      insert into sync.job_post_facts (account, id, job_id, first_published_at)
      select ${context.account}, id, job_id, first_published_at from differing order by id
      on conflict (id) do update set job_id = excluded.job_id, first_published_at = excluded.first_published_at
    )
    select job_id, previous_job_id from differing`.execute(trx)
  return changed.flatMap((row) => [row.job_id, row.previous_job_id]).filter((job) => job !== null)
}
