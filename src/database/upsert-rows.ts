import { sql } from 'kysely'
import type { Model } from '../mappers/model.ts'
import type { Db } from './connect.ts'
import type { ForeseenValues } from './derived/foreseen-values.ts'
import { type Change, type Row, rowset, storedRow, type WriteContext } from './rows.ts'

/** A row's own references, as far as their parents are there. */
export type Resolved = ReadonlyMap<string, Readonly<Record<string, string | null>>>

export interface Upserted extends Change {
  /** Whether a column other than `remote_data` differs: what `changed_at` tells. */
  readonly changed: boolean
}

/**
 * Writes the rows that differ from what is stored and leaves the others alone, in one statement.
 *
 * @param foreseen computed values for rows that are new; those that are stored keep theirs.
 * @returns the rows that were written.
 */
export async function upsertRows(
  trx: Db,
  context: WriteContext,
  model: Model,
  rows: readonly Row[],
  references: Resolved,
  foreseen: ForeseenValues,
): Promise<Upserted[]> {
  const input = rowset(rows, ({ id }) => ({ ...references.get(id), ...foreseen.get(id) }))
  const { rows: written } = await statementOf(model)(context, input).execute(trx)
  const none = Object.fromEntries(Object.keys(model.references).map((column) => [column, null]))
  return written.map(({ previous, ...row }) => ({
    ...row,
    previous: previous ?? none,
    current: references.get(row.id) ?? none,
  }))
}

interface Differing extends Pick<Upserted, 'id' | 'inserted' | 'changed'> {
  /** Null for a row that is new. */
  readonly previous: Upserted['previous'] | null
}

/**
 * Whether two objects of `remote_data` differ in more than signed URLs. Nearly all are the same from end to end, which is
 * told a hundred times as fast.
 */
const dataDiffer = (one: string, other: string) => `(${one} is distinct from ${other}
  and sync.without_attachment_urls(${one}) is distinct from sync.without_attachment_urls(${other}))`

const statements = new Map<Model, ReturnType<typeof makeStatement>>()

function statementOf(model: Model) {
  const known = statements.get(model) ?? makeStatement(model)
  statements.set(model, known)
  return known
}

function makeStatement(model: Model) {
  const types = ownColumns(model)
  const names = Object.keys(types)
  const computed = Object.entries(model.derived)
  const inserted = [...names, ...computed.map(([name]) => name)].join(', ')
  const list = (alias?: string) => names.map((name) => (alias ? `${alias}.${name}` : name)).join(', ')
  const references = Object.keys(model.references).map((name) => `'${name}', r.${name}`)
  const table = sql.table(`ats.${model.table}`)
  const raw = sql.raw

  return (context: WriteContext, input: Buffer) => {
    // The account's lock keeps others from adding a row in between: only rows that are there can be in conflict.
    const insert = sql`
      insert into ${table} (account, id, remote_id, ${raw(inserted)}, changed_at, remote_deleted_at, remote_data)
      select ${context.account}, id, remote_id, ${raw(inserted)},
        case when changed then ${context.now}::timestamptz else previous_changed_at end, remote_deleted_at, remote_data
      from differing`
    return sql<Differing>`
    with compared as (
      select i.*, r.id is null as inserted, r.changed_at as previous_changed_at,
        case when i.deleted then coalesce(i.deleted_at, r.remote_deleted_at, ${context.now}::timestamptz) end as remote_deleted_at,
        r.remote_deleted_at as previous_deleted_at,
        r.id is null or (${raw(list('r'))}) is distinct from (${raw(list('i'))}) as columns_differ,
        r.id is null or ${raw(dataDiffer('coalesce(r.remote_data - i.implied_key, r.remote_data)', 'i.remote_data'))} as data_differs,
        case when r.id is not null then jsonb_build_object(${raw(references.join(', '))}) end as previous
      from jsonb_to_recordset(${input}::jsonb) as i (
        id uuid, remote_id text, deleted boolean, deleted_at timestamptz, remote_data jsonb, implied_key text,
        ${raw([...names.map((name) => `${name} ${types[name]}`), ...computed.map(([name, column]) => `${name} ${column.postgres}`)].join(', '))}
      )
      ${storedRow(table, 'i.id')}
    ), differing as (
      select *, inserted or columns_differ or remote_deleted_at is distinct from previous_deleted_at as changed
      from compared
      where inserted or columns_differ or data_differs or remote_deleted_at is distinct from previous_deleted_at
    ), added as (
      ${insert} where inserted order by id
    ), rewritten as (
      ${insert} where not inserted order by id
      on conflict (id) do update set
        ${raw(names.map((name) => `${name} = excluded.${name}`).join(', '))},
        changed_at = excluded.changed_at, remote_deleted_at = excluded.remote_deleted_at, remote_data = excluded.remote_data
    )
    select id, inserted, changed, previous from differing`
  }
}

function ownColumns(model: Model): Record<string, string> {
  const types: Record<string, string> = {}
  for (const [name, column] of Object.entries(model.columns)) types[name] = column.postgres
  for (const name of Object.keys(model.references)) types[name] = 'uuid'
  return types
}
