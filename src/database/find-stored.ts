import { type RawBuilder, sql } from 'kysely'
import type { Model } from '../mappers/model.ts'
import type { Db } from './connect.ts'
import type { Row } from './rows.ts'
import { uuids } from './uuid-array.ts'

/** What a batch finds in the database. Ids of all tables are in one set: no two tables share one. */
export interface Found {
  /** Its rows that are stored already. */
  readonly stored: ReadonlySet<string>
  /** Parents that its rows and their pairs want, and that have no row. */
  readonly missing: ReadonlySet<string>
}

/** What is taken for granted of all rows of a page: PostgreSQL refuses a page of which it is not so. */
export const newWithParents: Found = { stored: new Set(), missing: new Set() }

/** What the page has found out before, and need not be asked for. */
export interface Known {
  /** Those of the batch's rows that are stored; null: that has not been asked. */
  readonly stored: ReadonlySet<string> | null
  /** Rows that this transaction has written, or found. */
  readonly present: ReadonlySet<string>
}

export const nothingKnown: Known = { stored: null, present: new Set() }

/** Nearly all rows of a first sync are new, nearly all parents are there: the few ids that are neither are asked for. */
export async function findStored(
  trx: Db,
  model: Model,
  rows: readonly Row[],
  { stored, present }: Known,
): Promise<Found> {
  const parents = new Wanted(present)
  for (const row of rows) {
    for (const [column, table] of Object.entries(model.references)) parents.add(table, row.wanted[column])
  }
  if (model.join) parents.addPairs(model.join, rows)
  const ids = rows.map(({ id }) => id)
  const questions = [...(stored ? [] : [idsWith(model.table, ids, 'stored')]), ...parents.missing()]
  const found = await askAll<{ id: string; is: keyof Found }>(trx, questions)
  const idsThatAre = (what: keyof Found) =>
    new Set(found.filter((row) => row.is === what).map((row) => row.id))
  return { stored: stored ?? idsThatAre('stored'), missing: idsThatAre('missing') }
}

/** Parents that the rows' pairs want, and that have no row. */
export async function findMissingPairParents(
  trx: Db,
  join: NonNullable<Model['join']>,
  rows: readonly Row[],
): Promise<ReadonlySet<string>> {
  const parents = new Wanted(nothingKnown.present)
  parents.addPairs(join, rows)
  const found = await askAll<{ id: string }>(trx, parents.missing())
  return new Set(found.map((row) => row.id))
}

async function askAll<Answer>(trx: Db, questions: readonly RawBuilder<unknown>[]): Promise<Answer[]> {
  if (questions.length === 0) return []
  const { rows } = await sql<Answer>`${sql.join(questions, sql` union all `)}`.execute(trx)
  return rows
}

/** Ids by table. */
class Wanted {
  readonly #present: ReadonlySet<string>
  readonly #ids = new Map<string, Set<string>>()

  constructor(present: ReadonlySet<string>) {
    this.#present = present
  }

  add(table: string, id: string | null | undefined): void {
    if (!id || this.#present.has(id)) return
    const ids = this.#ids.get(table)
    if (ids === undefined) this.#ids.set(table, new Set([id]))
    else ids.add(id)
  }

  addPairs({ parentTable }: NonNullable<Model['join']>, rows: readonly Row[]): void {
    for (const row of rows) for (const pair of row.pairs) this.add(parentTable, pair.parent)
  }

  missing(): RawBuilder<unknown>[] {
    return [...this.#ids].map(([table, ids]) => idsWith(table, [...ids], 'missing'))
  }
}

/** One by one, lest a plan that was made while a table was small reads it from end to end. */
function idsWith(table: string, ids: readonly string[], what: keyof Found): RawBuilder<unknown> {
  const isNull = sql.raw(what === 'missing' ? 'null' : 'not null')
  return sql`
    select i.id, ${sql.lit(what)} as is from unnest(${uuids(ids)}::uuid[]) as i (id)
    left join lateral (select true as found from ${sql.table(`ats.${table}`)} where id = i.id offset 0) as row on true
    where row.found is ${isNull}`
}
