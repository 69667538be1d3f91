import { sql } from 'kysely'
import type { Db } from './connect.ts'
import { migrations } from './migrations/index.ts'

export interface MigrationState {
  /** Migrations of this version that have not run. */
  readonly missing: readonly string[]
  /** Migrations that have run and that this version does not know: the database is a newer version's. */
  readonly unknown: readonly string[]
}

/** How the tables stand to this version. */
export async function migrationState(db: Db): Promise<MigrationState> {
  const known = Object.keys(migrations)
  const done = await migrationsDone(db)
  return {
    missing: known.filter((name) => !done.includes(name)),
    unknown: done.filter((name) => !known.includes(name)),
  }
}

async function migrationsDone(db: Db): Promise<string[]> {
  const { rows: table } = await sql<{ exists: boolean }>`
    select to_regclass('sync.kysely_migration') is not null as exists`.execute(db)
  if (!table[0]?.exists) return []
  const { rows } = await sql<{ name: string }>`select name from sync.kysely_migration order by name`.execute(
    db,
  )
  return rows.map(({ name }) => name)
}
