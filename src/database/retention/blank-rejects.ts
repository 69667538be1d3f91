import { sql } from 'kysely'
import type { Db } from '../connect.ts'
import type { Persons } from './blank-rows.ts'

/**
 * Blanks what was rejected of these candidates, of their applications and of their interviews: by the row that the
 * record has, or by the candidate or application that it names. The reason stays.
 *
 * @param limit of records; null: all.
 * @returns how many records were blanked.
 */
export async function blankRejectsOf(
  db: Db,
  account: string,
  persons: Persons,
  limit: number | null,
): Promise<number> {
  return await blankRejects(
    db,
    account,
    sql`case x.stream
      when 'candidates' then exists (select from ats.candidates p where p.account = x.account and p.remote_id = x.remote_id
        and ${persons})
      when 'applications' then ${isNamed(persons)} or exists (
        select from ats.applications a join ats.candidates p on p.id = a.candidate_id
        where a.account = x.account and a.remote_id = x.remote_id and ${persons})
      else ${isNamed(persons)} or exists (
        select from ats.applications a join ats.candidates p on p.id = a.candidate_id
        where a.account = x.account and a.remote_id = ${nameIn('application_id')} and ${persons})
        or exists (
        select from ats.interviews i join ats.applications a on a.id = i.application_id
          join ats.candidates p on p.id = a.candidate_id
        where i.account = x.account and i.remote_id = x.remote_id and ${persons})
      end`,
    limit,
  )
}

/** A number is nobody's id, even if its digits are. */
const nameIn = (field: string) =>
  sql`case when jsonb_typeof(x.raw -> ${field}) = 'string' then x.raw ->> ${field} end`

const isNamed = (persons: Persons) => sql`exists (
  select from ats.candidates p where p.account = x.account and p.remote_id = ${nameIn('candidate_id')} and ${persons})`

/** The same of whatever no sync has shown since a time: whose it was may be unknown, and whether Gem still has it. */
export async function blankRejectsUnseenSince(
  db: Db,
  account: string,
  time: Date,
  limit: number | null,
): Promise<number> {
  return await blankRejects(db, account, sql`x.last_seen_at <= ${time}`, limit)
}

async function blankRejects(db: Db, account: string, which: Persons, limit: number | null): Promise<number> {
  const { numAffectedRows } = await sql`
    update sync.rejected_records r set raw = jsonb_build_object('id', remote_id)
    where r.ctid = any(array(
      select x.ctid from sync.rejected_records x
      where x.account = ${account} and x.stream in (${sql.join(streamsOfPersons)}) and x.remote_id is not null
        and x.raw <> jsonb_build_object('id', x.remote_id) and ${which}
      limit ${limit}))`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** Deletes records without a readable id that no sync has shown since a time: by their content alone they are known. */
export async function deleteNamelessUnseenSince(
  db: Db,
  account: string,
  time: Date,
  limit: number | null,
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from sync.rejected_records r where r.ctid = any(array(
      select x.ctid from sync.rejected_records x
      where x.account = ${account} and x.stream in (${sql.join(streamsOfPersons)}) and x.remote_id is null
        and x.resolved_at is null and x.last_seen_at <= ${time}
      limit ${limit}))`.execute(db)
  return Number(numAffectedRows ?? 0)
}

const streamsOfPersons = ['candidates', 'applications', 'scheduled_interviews']
