import { sql } from 'kysely'
import type { Model } from '../mappers/model.ts'
import type { MainTable } from '../streams.ts'
import type { Db } from './connect.ts'
import {
  type Change,
  type Changes,
  type PageContext,
  type Row,
  recordset,
  type WriteContext,
} from './rows.ts'
import { uuids } from './uuid-array.ts'

/** References of the rows that cannot have all that their records want: null where the parent has no row yet. */
export type Resolved = ReadonlyMap<string, References>

export type References = Readonly<Record<string, string | null>>

/** @param missing wanted parents that have no row. */
export function resolveReferences(rows: readonly Row[], missing: ReadonlySet<string>): Resolved {
  if (missing.size === 0) return new Map()
  const presentOf = (wanted: References) =>
    Object.fromEntries(
      Object.entries(wanted).map(([column, id]) => [column, id !== null && missing.has(id) ? null : id]),
    )
  return new Map(
    rows
      .filter(({ wanted }) => Object.values(wanted).some((id) => id !== null && missing.has(id)))
      .map(({ id, wanted }) => [id, presentOf(wanted)]),
  )
}

export const referencesOf = (row: Row, resolved: Resolved): References => resolved.get(row.id) ?? row.wanted

/** Remembers which references of these rows wait for their parent, and forgets those that no longer do. */
export async function rememberWaitingReferences(
  trx: Db,
  context: PageContext,
  model: Model,
  rows: readonly Row[],
  missing: ReadonlySet<string>,
): Promise<void> {
  const waiting =
    missing.size === 0
      ? []
      : rows.flatMap((row) =>
          Object.entries(row.wanted)
            .filter(([, parent]) => parent !== null && missing.has(parent))
            .map(([column, parent]) => ({ row_id: row.id, column_name: column, parent_id: parent })),
        )
  if (waiting.length === 0 && !context.waiting) return
  await sql`
    with waiting as (
      select * from jsonb_to_recordset(${recordset(waiting)}::jsonb) as w (row_id uuid, column_name text, parent_id uuid)
    ), settled as (
      delete from sync.waiting_references r
      where r.row_id = any(${uuids(rows.map((row) => row.id))}::uuid[])
        and not exists (select from waiting w where w.row_id = r.row_id and w.column_name = r.column_name)
    )
    insert into sync.waiting_references as r (account, table_name, row_id, column_name, parent_id)
    select ${context.account}, ${model.table}, row_id, column_name, parent_id from waiting
    on conflict (row_id, column_name) do update set parent_id = excluded.parent_id
      where r.parent_id <> excluded.parent_id`.execute(trx)
}

/** Fills in the references that waited for the given new rows: a change of the rows that hold them. */
export async function settleReferences(
  trx: Db,
  context: PageContext,
  parents: readonly string[],
): Promise<Changes> {
  if (parents.length === 0 || !context.waiting) return {}
  const settled = await sql<{ table_name: MainTable; column_name: string }>`
    select distinct table_name, column_name from sync.waiting_references
    where parent_id = any(${uuids(parents)}::uuid[])`.execute(trx)
  const changes: Changes = {}
  for (const { table_name, column_name } of settled.rows) {
    const filled = await fillIn(trx, context, table_name, column_name, parents)
    changes[table_name] = [...(changes[table_name] ?? []), ...filled]
  }
  return changes
}

async function fillIn(
  trx: Db,
  context: WriteContext,
  table: MainTable,
  column: string,
  parents: readonly string[],
): Promise<Change[]> {
  const filled = await sql<{ id: string; parent: string }>`
    with settled as (
      delete from sync.waiting_references
      where parent_id = any(${uuids(parents)}::uuid[]) and table_name = ${table} and column_name = ${column}
      returning row_id, parent_id
    )
    update ${sql.table(`ats.${table}`)} r set ${sql.ref(column)} = settled.parent_id, changed_at = ${context.now}::timestamptz
    from settled where r.id = settled.row_id
    returning r.id, settled.parent_id as parent`.execute(trx)
  return filled.rows.map(({ id, parent }) => ({
    id,
    inserted: false,
    previous: { [column]: null },
    current: { [column]: parent },
  }))
}
