import { sql } from 'kysely'
import type { Db } from '../connect.ts'

/** Row ids by what they are the ids of. */
export interface RowsOfPersons {
  readonly candidates: readonly string[]
  readonly applications: readonly string[]
  readonly interviews: readonly string[]
}

/**
 * Which of the rows belong to candidates that are kept blank: the stored ones alone can be found.
 *
 * @returns the candidate's id, by the row's.
 */
export async function findDue(trx: Db, before: Date, rows: RowsOfPersons): Promise<Map<string, string>> {
  const { rows: due } = await sql<{ id: string; person: string }>`
    select p.id, p.id as person from ats.candidates p
    where p.id = any(${[...rows.candidates]}::uuid[]) and p.remote_deleted_at <= ${before}
    union all
    select a.id, p.id from ats.applications a join ats.candidates p on p.id = a.candidate_id
    where a.id = any(${[...rows.applications]}::uuid[]) and p.remote_deleted_at <= ${before}
    union all
    select i.id, p.id from ats.interviews i join ats.applications a on a.id = i.application_id
      join ats.candidates p on p.id = a.candidate_id
    where i.id = any(${[...rows.interviews]}::uuid[]) and p.remote_deleted_at <= ${before}`.execute(trx)
  return new Map(due.map(({ id, person }) => [id, person]))
}
