import { sql } from 'kysely'
import { columnsOf, joinTables, models } from '../mappers/registry.ts'
import type { JoinTable, MainTable } from '../streams.ts'
import type { Db } from './connect.ts'
import { syncComments } from './sync-comments.ts'

interface Description {
  readonly comment: string
  /** PostgreSQL wants to be told; a table by default. */
  readonly kind?: 'view'
  readonly columns: Readonly<Record<string, string>>
}

/** Puts the declarations' own words on tables and columns, so that `\d+` explains itself. */
export async function describeTables(db: Db): Promise<void> {
  for (const [table, { comment, columns, kind = 'table' }] of Object.entries(descriptions())) {
    await sql`comment on ${sql.raw(kind)} ${sql.table(table)} is ${sql.lit(comment)}`.execute(db)
    for (const [column, words] of Object.entries(columns)) {
      await sql`comment on column ${sql.ref(`${table}.${column}`)} is ${sql.lit(words)}`.execute(db)
    }
  }
}

function descriptions(): Record<string, Description> {
  const all: Record<string, Description> = { ...syncComments }
  for (const { table, comment } of [...Object.values(models), ...joins()]) {
    all[`ats.${table}`] = { comment, columns: columnComments(table) }
  }
  return all
}

function joins() {
  return (Object.keys(joinTables) as JoinTable[]).map((table) => ({
    table,
    comment: joinTables[table].comment,
  }))
}

function columnComments(table: MainTable | JoinTable): Record<string, string> {
  return Object.fromEntries(columnsOf(table).map(({ name, comment }) => [name, comment]))
}
