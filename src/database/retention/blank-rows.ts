import { type RawBuilder, sql } from 'kysely'
import type { Model, PersonalData } from '../../mappers/model.ts'
import { models } from '../../mappers/registry.ts'
import type { Db } from '../connect.ts'
import type { WriteContext } from '../rows.ts'

/** Tables with rows about candidates. */
export type PersonalTable = 'candidates' | 'applications' | 'interviews'

/** A condition on `p`, a row of ats.candidates. */
export type Persons = RawBuilder<unknown>

/** Those whose deletion was recorded after one time, null for all, and until another. */
export const deletedBetween = (after: Date | null, until: Date): Persons =>
  sql`p.remote_deleted_at <= ${until} and p.remote_deleted_at > coalesce(${after}::timestamptz, '-infinity')`

export const theseCandidates = (ids: readonly string[]): Persons => sql`p.id = any(${[...ids]}::uuid[])`

/**
 * Blanks rows about candidates that are not blank yet, as `blankRow` blanks those of a page. It is a change like any other:
 * `changed_at` moves if a column other than `remote_data` differs.
 *
 * @param limit of rows; null: all.
 * @returns how many rows were blanked.
 */
export async function blankRows(
  trx: Db,
  { account, now }: WriteContext,
  table: PersonalTable,
  persons: Persons,
  limit: number | null,
): Promise<number> {
  const model = models[table]
  const { personal } = model
  if (personal === undefined) return 0
  const columns = blankColumns(model, personal)
  const differ = columns.map(({ name, blank }) => sql`t.${sql.ref(name)} is distinct from ${blank}`)
  const columnsDiffer = differ.length === 0 ? sql`false` : sql`(${sql.join(differ, sql` or `)})`
  const beyond = sql`array(
    select key from jsonb_object_keys(t.remote_data) as key where key <> all(${[...personal.keeps]}::text[]))`
  const { numAffectedRows } = await sql`
    with full_ones as (
      select t.id, ${columnsDiffer} as columns_differ
      from ats.candidates p ${rowsOf[table]}
      where p.account = ${account} and ${persons} and (${columnsDiffer} or cardinality(${beyond}) > 0)
      limit ${limit}
    ), forgotten as (
      delete from sync.record_digests d using full_ones where d.id = full_ones.id
    )
    update ${sql.table(`ats.${table}`)} t set
      ${sql.join(
        columns.map(({ name, blank }) => sql`${sql.ref(name)} = ${blank}, `),
        sql``,
      )}
      changed_at = case when columns_differ then ${now}::timestamptz else t.changed_at end,
      remote_data = t.remote_data - ${beyond}
    from full_ones where t.id = full_ones.id`.execute(trx)
  return Number(numAffectedRows ?? 0)
}

/** From a candidate `p` to the rows `t` of each table. */
const rowsOf: Record<PersonalTable, RawBuilder<unknown>> = {
  candidates: sql`join ats.candidates t on t.id = p.id`,
  applications: sql`join ats.applications t on t.account = p.account and t.candidate_id = p.id`,
  interviews: sql`join ats.applications a on a.account = p.account and a.candidate_id = p.id
    join ats.interviews t on t.account = a.account and t.application_id = a.id`,
}

/** Each personal column with what it becomes, as SQL. */
function blankColumns(model: Model, { columns, customFields }: PersonalData) {
  const constants = Object.entries(columns).map(([name, value]) => {
    const type = model.columns[name]?.postgres ?? 'text'
    const literal = type === 'jsonb' ? JSON.stringify(value) : value
    return { name, blank: sql`${literal}::${sql.raw(type)}` }
  })
  if (customFields === undefined) return constants
  const merged = sql`t.custom_fields || ${JSON.stringify(customFields)}::jsonb`
  return [...constants, { name: 'custom_fields', blank: merged }]
}
