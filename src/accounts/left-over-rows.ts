import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'

/** Tables of `ats` and `sync` with a column `account`, `sync.accounts` aside: each before those it refers to. */
export async function accountTables(db: Db): Promise<string[]> {
  const { rows } = await sql<{ name: string; refers_to: string[] }>`
    select c.oid::regclass::text as name,
      array(select distinct f.confrelid::regclass::text from pg_constraint f
        where f.contype = 'f' and f.conrelid = c.oid and f.confrelid <> c.oid) as refers_to
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'account' and not a.attisdropped
    where c.relkind in ('r', 'p') and c.relnamespace in ('ats'::regnamespace, 'sync'::regnamespace)
      and c.oid <> 'sync.accounts'::regclass
    order by 1`.execute(db)
  return childrenFirst(new Map(rows.map((row) => [row.name, row.refers_to])))
}

function childrenFirst(refersTo: Map<string, string[]>): string[] {
  const ordered: string[] = []
  while (refersTo.size > 0) {
    const needed = new Set([...refersTo.values()].flat())
    const free = [...refersTo.keys()].filter((table) => !needed.has(table))
    if (free.length === 0) throw new Error(`tables refer to each other in a circle: ${[...refersTo.keys()]}`)
    for (const table of free) refersTo.delete(table)
    ordered.push(...free)
  }
  return ordered
}

/** Whether any table still holds rows of that name: of an account whose removal was interrupted. */
export async function isLeftOver(db: Db, account: string): Promise<boolean> {
  for (const table of await accountTables(db)) {
    const { rows } = await sql`select from ${sql.raw(table)} where account = ${account} limit 1`.execute(db)
    if (rows.length > 0) return true
  }
  return false
}
