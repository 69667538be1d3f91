import { sql } from 'kysely'
import type { Db } from '../connect.ts'
import { isOwned, listedApplications, textIn } from './whose.ts'

/** What records name, and what they are: row ids by what they are the ids of. */
export interface RowsOfPersons {
  readonly candidates: readonly string[]
  readonly applications: readonly string[]
  readonly interviews: readonly string[]
  /** Gem's ids of the applications whose rows may not tell whose they are. */
  readonly named: readonly string[]
}

/**
 * Which of them belong to candidates that are kept blank, by the rule of `whose.ts`.
 *
 * @returns the candidate's id, by the row's or by Gem's.
 */
export async function findDue(
  trx: Db,
  account: string,
  before: Date,
  { candidates, applications, interviews, named }: RowsOfPersons,
): Promise<Map<string, string>> {
  const isDue = sql`p.remote_deleted_at <= ${before}`
  const { rows: due } = await sql<{ id: string; person: string }>`
    with unowned as materialized (
      select n.remote_id from unnest(${[...named]}::text[]) as n (remote_id)
      where not ${isOwned(sql`${account}`, sql`n.remote_id`)}
    )
    select p.id::text, p.id as person from ats.candidates p
    where p.id = any(${[...candidates]}::uuid[]) and ${isDue}
    union all
    select a.id::text, p.id from ats.applications a join ats.candidates p on p.id = a.candidate_id
    where a.id = any(${[...applications]}::uuid[]) and ${isDue}
    union all
    select i.id::text, p.id from ats.interviews i join ats.applications a on a.id = i.application_id
      join ats.candidates p on p.id = a.candidate_id
    where i.id = any(${[...interviews]}::uuid[]) and ${isDue}
    union all
    select l.remote_id, p.id from ats.candidates p cross join lateral ${listedApplications} as l
      join unowned u on u.remote_id = l.remote_id
    where p.account = ${account} and ${isDue} and exists (select from unowned)
    union all
    select x.remote_id, p.id
    from unowned u join sync.rejected_records x
      on x.account = ${account} and x.stream = 'applications' and x.remote_id = u.remote_id
    join ats.candidates p on p.account = x.account and p.remote_id = ${textIn(sql`x.raw`, 'candidate_id')}
    where ${isDue}`.execute(trx)
  return new Map(due.map(({ id, person }) => [id, person]))
}
