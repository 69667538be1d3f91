import { type RawBuilder, sql } from 'kysely'
import type { PersonalTable, Persons } from './blank-rows.ts'

/**
 * Whose a record is, mapped or rejected: the candidate whom it names (`candidate_id`; an embedded copy its holder) and the
 * one whose application it names (`application_id`). An application that names nobody is that of the candidate who lists
 * it; a rejected record that names nobody is the candidate's whose its row is.
 *
 * An application is the candidate's whom its row names; where no row does, the candidate's who lists it in
 * `application_ids`, or whom its rejected record names.
 *
 * `links.ts` reads from a page's records what they name, and `findDue` looks it up; here are the records of given persons.
 */

/** A text in a JSON object: a number is nobody's id, even if its digits are. */
export const textIn = (json: RawBuilder<unknown>, field: string): RawBuilder<string | null> =>
  sql`case when jsonb_typeof(${json} -> ${field}) = 'string' then ${json} ->> ${field} end`

/** Whether the row of an application tells whose it is. */
export const isOwned = (account: RawBuilder<unknown>, remoteId: RawBuilder<unknown>) => sql`exists (
  select from ats.applications o
  where o.account = ${account} and o.remote_id = ${remoteId} and o.candidate_id is not null)`

/** The applications that a candidate `p` lists. */
export const listedApplications = sql`(
  select e.value #>> '{}' as remote_id
  from jsonb_array_elements(case when jsonb_typeof(p.remote_data -> 'application_ids') = 'array'
    then p.remote_data -> 'application_ids' else '[]' end) as e (value)
  where jsonb_typeof(e.value) = 'string')`

/** Common table expressions: `persons`, and `named_applications`, which are theirs by Gem's ids. */
export const personsAndApplications = (account: string, persons: Persons) => sql`
  persons as materialized (
    select p.id, p.account, p.remote_id, p.remote_data from ats.candidates p where p.account = ${account} and ${persons}
  ), named_applications as materialized (
    select a.remote_id from persons p join ats.applications a on a.account = p.account and a.candidate_id = p.id
    union
    select l.remote_id from persons p cross join lateral ${listedApplications} as l
    where not ${isOwned(sql`p.account`, sql`l.remote_id`)}
    union
    select x.remote_id
    from persons p join sync.rejected_records x
      on x.account = p.account and x.stream = 'applications' and ${textIn(sql`x.raw`, 'candidate_id')} = p.remote_id
    where x.remote_id is not null and not ${isOwned(sql`x.account`, sql`x.remote_id`)}
  )`

/** Ids of the persons' rows in each table. */
export const rowsOfPersons: Record<PersonalTable, RawBuilder<unknown>> = {
  candidates: sql`select id from persons`,
  applications: sql`
    select a.id from persons p join ats.applications a on a.account = p.account and a.candidate_id = p.id
    union
    select a.id
    from persons p join ats.applications a on a.account = p.account
    where a.remote_id in (select remote_id from named_applications) and a.candidate_id is null
      and ${textIn(sql`a.remote_data`, 'candidate_id')} is null`,
  interviews: sql`
    select i.id
    from persons p join ats.applications a on a.account = p.account and a.candidate_id = p.id
      join ats.interviews i on i.account = a.account and i.application_id = a.id
    union
    select i.id
    from persons p join ats.interviews i
      on i.account = p.account and ${textIn(sql`i.remote_data`, 'candidate_id')} = p.remote_id
    union
    select i.id
    from ats.interviews i
    where i.account in (select account from persons)
      and ${textIn(sql`i.remote_data`, 'application_id')} in (select remote_id from named_applications)`,
}

/** Whether a rejected record `x` is the persons'. */
export const isRejectOfPersons = sql`case x.stream
  when 'candidates' then x.remote_id in (select remote_id from persons)
  when 'applications' then case when ${textIn(sql`x.raw`, 'candidate_id')} is null
    then x.remote_id in (select remote_id from named_applications)
    else ${textIn(sql`x.raw`, 'candidate_id')} in (select remote_id from persons) end
  else ${textIn(sql`x.raw`, 'candidate_id')} in (select remote_id from persons)
    or ${textIn(sql`x.raw`, 'application_id')} in (select remote_id from named_applications)
    or (${textIn(sql`x.raw`, 'candidate_id')} is null and ${textIn(sql`x.raw`, 'application_id')} is null
      and x.remote_id in (select i.remote_id from ats.interviews i where i.id in (${rowsOfPersons.interviews})))
  end`
