import { type RawBuilder, sql } from 'kysely'
import type { Model, PersonalData } from '../../mappers/model.ts'
import { models } from '../../mappers/registry.ts'
import type { Db } from '../connect.ts'
import type { WriteContext } from '../rows.ts'
import { personsAndApplications, rowsOfPersons } from './whose.ts'

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
  const remoteData = sql`sync.kept_fields(t.remote_data, ${JSON.stringify(personal.keeps)}::jsonb)`
  const { numAffectedRows } = await sql`
    with ${personsAndApplications(account, persons)}, full_ones as (
      select t.id, ${columnsDiffer} as columns_differ
      from ${sql.table(`ats.${table}`)} t
      where t.id in (${rowsOfPersons[table]}) and (${columnsDiffer} or t.remote_data <> ${remoteData})
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
      remote_data = ${remoteData}
    from full_ones where t.id = full_ones.id`.execute(trx)
  return Number(numAffectedRows ?? 0)
}

/** Each personal column with what it becomes, as SQL. */
function blankColumns(model: Model, { columns, customFields }: PersonalData) {
  const constants = Object.entries(columns).map(([name, value]) => {
    const type = model.columns[name]?.postgres ?? 'text'
    const literal = type === 'jsonb' ? JSON.stringify(value) : value
    return { name, blank: sql`${literal}::${sql.raw(type)}` }
  })
  if (customFields === undefined) return constants
  const kept = sql`sync.kept_fields(t.custom_fields, ${JSON.stringify(customFields.keeps)}::jsonb)`
  const merged = sql`${kept} || ${JSON.stringify(customFields.emptied)}::jsonb`
  return [...constants, { name: 'custom_fields', blank: merged }]
}
