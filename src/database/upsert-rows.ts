import { type RawBuilder, sql } from 'kysely'
import { giveBack } from '../give-back.ts'
import type { Model } from '../mappers/model.ts'
import { type ColumnArray, columnArrays, textArray } from './column-arrays.ts'
import type { Db } from './connect.ts'
import type { ForeseenValues } from './derived/foreseen-values.ts'
import { type Change, type Row, storedRow, type WriteContext } from './rows.ts'
import { uuids } from './uuid-array.ts'
import { type Resolved, referencesOf } from './waiting-references.ts'

export interface Upserted extends Change {
  /** Whether a column other than `remote_data` differs: what `changed_at` tells. */
  readonly changed: boolean
}

/** What the database decides of rows. */
export interface Decided {
  /** Ids of those that have a row already. The account's lock keeps others from adding one in between. */
  readonly stored: ReadonlySet<string>
  readonly references: Resolved
  /** Computed values for rows that are new; those that are stored keep theirs. */
  readonly foreseen: ForeseenValues
}

/**
 * Adds the rows that are new, writes those that differ from what is stored, and leaves the others alone: two statements at
 * most.
 *
 * @returns the rows that were written.
 */
export async function upsertRows(
  trx: Db,
  context: WriteContext,
  model: Model,
  rows: readonly Row[],
  { stored, references, foreseen }: Decided,
): Promise<Upserted[]> {
  const { insert, rewrite } = statementsOf(model)
  const added = rows.filter(({ id }) => !stored.has(id))
  const others = rows.filter(({ id }) => stored.has(id))
  if (added.length > 0) {
    const decided = [...linkArrays(model, added, references), ...computedArrays(model, added, foreseen)]
    await sendRows(model, added, decided, (columns) => insert(context, columns).execute(trx))
  }
  const none = Object.fromEntries(Object.keys(model.references).map((column) => [column, null]))
  const written = added.map(
    (row): Upserted => ({
      ...{ id: row.id, inserted: true, changed: true },
      ...{ previous: none, current: referencesOf(row, references) },
    }),
  )
  if (others.length === 0) return written
  const current = new Map(others.map((row) => [row.id, referencesOf(row, references)]))
  const links = linkArrays(model, others, references)
  const { rows: rewritten } = await sendRows(model, others, links, (columns) =>
    rewrite(context, columns).execute(trx),
  )
  return [
    ...written,
    ...rewritten.map((row) => ({ ...row, inserted: false, current: current.get(row.id) ?? none })),
  ]
}

/** Sends what the rows' records decide, with other columns, and gives its memory back when PostgreSQL has taken it. */
async function sendRows<Result>(
  model: Model,
  rows: readonly Row[],
  others: readonly ColumnArray[],
  send: (columns: readonly ColumnArray[]) => Promise<Result>,
): Promise<Result> {
  const { columns, memory } = columnArrays(model, rows)
  const result = await send([...others, ...columns])
  giveBack(memory)
  return result
}

/** The rows' ids and references. */
function linkArrays(model: Model, rows: readonly Row[], references: Resolved): ColumnArray[] {
  const wanted = rows.map((row) => referencesOf(row, references))
  return [
    uuidColumn(
      'id',
      rows.map(({ id }) => id),
    ),
    ...Object.keys(model.references).map((name) =>
      uuidColumn(
        name,
        wanted.map((parents) => parents[name] ?? null),
      ),
    ),
  ]
}

/** What other records decide, as far as it is foreseen. */
function computedArrays({ derived }: Model, rows: readonly Row[], foreseen: ForeseenValues): ColumnArray[] {
  return Object.entries(derived).map(([name, { postgres }]) => {
    const values = rows.map(({ id }) => foreseen.get(id)?.[name] ?? null)
    return postgres === 'uuid' ? uuidColumn(name, values) : textColumn(name, postgres, values)
  })
}

const uuidColumn = (name: string, ids: readonly (string | null)[]): ColumnArray => ({
  ...{ name, type: 'uuid', sentAs: 'uuid' },
  array: uuids(ids),
})

const textColumn = (name: string, type: string, values: readonly (string | null)[]): ColumnArray => ({
  ...{ name, type, sentAs: 'text' },
  array: textArray(values),
})

/** Rows of parameters. PostgreSQL keeps those that a list of columns unnests in step to itself, and stores none of them. */
function rowsOf(columns: readonly ColumnArray[]): RawBuilder<unknown> {
  const typed = columns.map(({ name, type, sentAs }) =>
    sql.raw(type === sentAs ? name : `${name}::${type} as ${name}`),
  )
  const sent = columns.map(
    ({ name, sentAs, array }) => sql`unnest(${array}::${sql.raw(sentAs)}[]) as ${sql.raw(name)}`,
  )
  return sql`(select ${sql.join(typed)} from (select ${sql.join(sent)}) as sent)`
}

/**
 * Whether two objects of `remote_data` differ in more than signed URLs. Nearly all are the same from end to end, which is
 * told a hundred times as fast.
 */
const dataDiffer = (one: string, other: string) => `(${one} is distinct from ${other}
  and sync.without_attachment_urls(${one}) is distinct from sync.without_attachment_urls(${other}))`

const statements = new Map<Model, ReturnType<typeof makeStatements>>()

function statementsOf(model: Model) {
  const known = statements.get(model) ?? makeStatements(model)
  statements.set(model, known)
  return known
}

function makeStatements(model: Model) {
  const table = sql.table(`ats.${model.table}`)
  const references = Object.keys(model.references)
  const computed = Object.keys(model.derived)
  const own = [...Object.keys(model.columns), ...references]
  const list = (names: readonly string[], alias?: string) =>
    sql.raw(names.map((name) => (alias ? `${alias}.${name}` : name)).join(', '))
  const previous = sql.raw(references.map((name) => `'${name}', r.${name}`).join(', '))
  const overwrite = sql.raw(own.map((name) => `${name} = excluded.${name}`).join(', '))

  const insert = (context: WriteContext, columns: readonly ColumnArray[]) => sql`
    insert into ${table} (account, id, remote_id, ${list([...own, ...computed])}, changed_at, remote_deleted_at, remote_data)
    select ${context.account}, id, remote_id, ${list([...own, ...computed])}, ${context.now}::timestamptz,
      case when deleted then coalesce(deleted_at, ${context.now}::timestamptz) end, remote_data
    from ${rowsOf(columns)} as i`

  const rewrite = (context: WriteContext, columns: readonly ColumnArray[]) => sql<
    Pick<Upserted, 'id' | 'changed' | 'previous'>
  >`
    with compared as (
      select i.*, r.changed_at as previous_changed_at, r.remote_deleted_at as previous_deleted_at,
        case when i.deleted then coalesce(i.deleted_at, r.remote_deleted_at, ${context.now}::timestamptz) end as remote_deleted_at,
        (${list(own, 'r')}) is distinct from (${list(own, 'i')}) as columns_differ,
        ${sql.raw(dataDiffer('coalesce(r.remote_data - i.implied_key, r.remote_data)', 'i.remote_data'))} as data_differs,
        jsonb_build_object(${previous}) as previous
      from ${rowsOf(columns)} as i
      ${storedRow(table, 'i.id')}
    ), differing as (
      select *, columns_differ or remote_deleted_at is distinct from previous_deleted_at as changed
      from compared
      where columns_differ or data_differs or remote_deleted_at is distinct from previous_deleted_at
    ), rewritten as (
      insert into ${table} (account, id, remote_id, ${list(own)}, changed_at, remote_deleted_at, remote_data)
      select ${context.account}, id, remote_id, ${list(own)},
        case when changed then ${context.now}::timestamptz else previous_changed_at end, remote_deleted_at, remote_data
      from differing order by id
      on conflict (id) do update set ${overwrite},
        changed_at = excluded.changed_at, remote_deleted_at = excluded.remote_deleted_at, remote_data = excluded.remote_data
    )
    select id, changed, previous from differing`

  return { insert, rewrite }
}
