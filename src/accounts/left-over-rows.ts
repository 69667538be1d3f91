import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'

interface AccountTable {
  readonly oid: number
  /** With its schema. */
  readonly name: string
  readonly refers_to: readonly number[]
}

/** Tables of `ats` and `sync` with a column `account`, `sync.accounts` aside: each before those it refers to. */
export async function accountTables(db: Db): Promise<string[]> {
  const { rows } = await sql<AccountTable>`
    select c.oid, nspname || '.' || relname as name,
      array(select distinct f.confrelid from pg_constraint f
        where f.contype = 'f' and f.conrelid = c.oid and f.confrelid <> c.oid) as refers_to
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'account' and not a.attisdropped
    where c.relkind in ('r', 'p') and nspname in ('ats', 'sync') and (nspname, relname) <> ('sync', 'accounts')
    order by 2`.execute(db)
  return childrenFirst(rows).map(({ name }) => name)
}

function childrenFirst(tables: readonly AccountTable[]): AccountTable[] {
  const ordered: AccountTable[] = []
  let left = tables
  while (left.length > 0) {
    const needed = new Set(left.flatMap((table) => table.refers_to))
    const free = left.filter(({ oid }) => !needed.has(oid))
    if (free.length === 0)
      throw new Error(`tables refer to each other in a circle: ${left.map(({ name }) => name)}`)
    left = left.filter(({ oid }) => needed.has(oid))
    ordered.push(...free)
  }
  return ordered
}

/** Whether any table still holds rows of that name: of an account whose removal was interrupted. */
export async function isLeftOver(db: Db, account: string): Promise<boolean> {
  for (const table of await accountTables(db)) {
    const { rows } = await sql`select from ${sql.table(table)} where account = ${account} limit 1`.execute(db)
    if (rows.length > 0) return true
  }
  return false
}
