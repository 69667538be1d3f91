import { sql } from 'kysely'
import type { Model } from '../mappers/model.ts'
import type { Db } from './connect.ts'
import type { Row } from './rows.ts'
import { uuids } from './uuid-array.ts'

/** Which of the parents that the rows and their pairs name have a row themselves. */
export async function findParents(trx: Db, model: Model, rows: readonly Row[]): Promise<Set<string>> {
  const wanted = new Wanted()
  for (const row of rows) {
    for (const [column, table] of Object.entries(model.references)) wanted.add(table, row.wanted[column])
  }
  if (model.join) wanted.addPairs(model.join, rows)
  return await wanted.find(trx)
}

/** The same of the pairs alone. */
export async function findPairParents(
  trx: Db,
  join: NonNullable<Model['join']>,
  rows: readonly Row[],
): Promise<Set<string>> {
  const wanted = new Wanted()
  wanted.addPairs(join, rows)
  return await wanted.find(trx)
}

/** Ids by table. */
class Wanted {
  readonly #ids = new Map<string, Set<string>>()

  add(table: string, id: string | null | undefined): void {
    if (id) this.#ids.set(table, (this.#ids.get(table) ?? new Set()).add(id))
  }

  addPairs({ parentTable }: NonNullable<Model['join']>, rows: readonly Row[]): void {
    for (const row of rows) for (const pair of row.pairs) this.add(parentTable, pair.parent)
  }

  async find(trx: Db): Promise<Set<string>> {
    if (this.#ids.size === 0) return new Set()
    const selects = [...this.#ids].map(
      ([table, ids]) =>
        sql`select id from ${sql.table(`ats.${table}`)} where id = any(${uuids([...ids])}::uuid[])`,
    )
    const { rows } = await sql<{ id: string }>`${sql.join(selects, sql` union all `)}`.execute(trx)
    return new Set(rows.map((row) => row.id))
  }
}
