import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../connect.ts'
import type { Persons } from './blank-rows.ts'
import { isRejectOfPersons, personsAndApplications, textIn } from './whose.ts'

/**
 * Blanks what was rejected of these candidates, of their applications and of their interviews. The reason stays.
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
  const these = sql`with ${personsAndApplications(account, persons)}`
  return await blankRejects(db, account, isRejectOfPersons, limit, these)
}

/** The same of whatever no sync has shown since a time: whose it was may be unknown, and whether Gem still has it. */
export async function blankRejectsUnseenSince(
  db: Db,
  account: string,
  time: Date,
  limit: number | null,
): Promise<number> {
  return await blankRejects(db, account, sql`x.last_seen_at <= ${time}`, limit)
}

async function blankRejects(
  db: Db,
  account: string,
  which: RawBuilder<unknown>,
  limit: number | null,
  these = sql``,
): Promise<number> {
  const { numAffectedRows } = await sql`
    ${these} update sync.rejected_records r set raw = ${blankRaw(sql`r`)}
    where r.ctid = any(array(
      select x.ctid from sync.rejected_records x
      where x.account = ${account} and x.stream in (${sql.join(streamsOfPersons)}) and x.remote_id is not null
        and x.raw <> ${blankRaw(sql`x`)} and (${which})
      limit ${limit}))`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** As `blankRejected` leaves it. */
function blankRaw(x: RawBuilder<unknown>): RawBuilder<unknown> {
  const name = textIn(sql`${x}.raw`, 'candidate_id')
  return sql`jsonb_build_object('id', ${x}.remote_id) || coalesce((
    select jsonb_build_object('candidate_id', c.remote_id) from ats.candidates c
    where c.account = ${x}.account and c.remote_id = ${name} and ${x}.stream <> 'candidates'), '{}')`
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
