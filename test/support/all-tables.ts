import { sql } from 'kysely'
import type { Db } from '../../src/database/connect.ts'

/** Every row of `ats` and `sync`, a text a row: two looks tell whether anything was written in between. */
export async function allTables(db: Db): Promise<string[]> {
  const tables = await sql<{ name: string }>`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname in ('ats', 'sync') order by name`.execute(db)
  const selects = tables.rows.map(
    ({ name }) => sql`select ${name} || ': ' || t::text as row from ${sql.raw(name)} t`,
  )
  const { rows } = await sql<{ row: string }>`${sql.join(selects, sql` union all `)} order by row`.execute(db)
  return rows.map(({ row }) => row)
}
