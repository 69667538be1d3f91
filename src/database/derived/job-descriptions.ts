import { sql } from 'kysely'
import type { Db } from '../connect.ts'
import type { WriteContext } from '../rows.ts'

/** jobs.description and post_url: those of the most recent live and active posting; null without one. */
export async function refreshJobDescriptions(
  trx: Db,
  context: WriteContext,
  jobs: readonly string[],
): Promise<void> {
  if (jobs.length === 0) return
  await sql`
    with recent as (
      select distinct on (f.job_id) f.job_id, p.description_html, p.url
      from sync.job_post_facts f join ats.job_postings p on p.id = f.id
      where f.job_id = any(${jobs}::uuid[]) and p.status = 'ACTIVE' and p.remote_deleted_at is null
      order by f.job_id, f.first_published_at desc nulls last, p.remote_updated_at desc nulls last,
        p.remote_created_at desc nulls last, p.remote_id collate "C" desc
    )
    update ats.jobs j set description = r.description_html, post_url = r.url, changed_at = ${context.now}::timestamptz
    from unnest(${jobs}::uuid[]) as wanted (id) left join recent r on r.job_id = wanted.id
    where j.id = wanted.id and (j.description, j.post_url) is distinct from (r.description_html, r.url)`.execute(
    trx,
  )
}

/** Jobs that own one of these postings. */
export async function jobsOfPostings(trx: Db, postings: readonly string[]): Promise<string[]> {
  if (postings.length === 0) return []
  const { rows } = await sql<{ job_id: string }>`
    select distinct job_id from sync.job_post_facts
    where id = any(${postings}::uuid[]) and job_id is not null`.execute(trx)
  return rows.map((row) => row.job_id)
}
