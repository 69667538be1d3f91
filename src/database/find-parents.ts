import { sql } from 'kysely'
import type { Model } from '../mappers/model.ts'
import type { Db } from './connect.ts'
import type { Row } from './rows.ts'

/** Which of the parents that the rows name have a row themselves. */
export async function findParents(trx: Db, model: Model, rows: readonly Row[]): Promise<Set<string>> {
  const wanted = wantedByTable(model, rows)
  if (wanted.size === 0) return new Set()
  const selects = [...wanted].map(
    ([table, ids]) => sql`select id from ${sql.table(`ats.${table}`)} where id = any(${[...ids]}::uuid[])`,
  )
  const found = await sql<{ id: string }>`${sql.join(selects, sql` union all `)}`.execute(trx)
  return new Set(found.rows.map((row) => row.id))
}

function wantedByTable(model: Model, rows: readonly Row[]): Map<string, Set<string>> {
  const wanted = new Map<string, Set<string>>()
  const want = (table: string, id: string | null | undefined) => {
    if (id) wanted.set(table, (wanted.get(table) ?? new Set()).add(id))
  }
  for (const row of rows) {
    for (const [column, table] of Object.entries(model.references)) want(table, row.wanted[column])
    for (const pair of row.pairs) if (model.join) want(model.join.parentTable, pair.parent)
  }
  return wanted
}
