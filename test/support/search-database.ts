import type pg from 'pg'

/**
 * Where in the whole database a text stands, whatever its case: each table of `ats` and `sync` as text, every row and
 * column of it. A line a text and table.
 */
export async function findInDatabase(pool: pg.Pool, texts: readonly string[]): Promise<string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class
    where relkind in ('r', 'p') and relnamespace in ('ats'::regnamespace, 'sync'::regnamespace) order by 1`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await pool.query<{ text: string }>(
      `select text from unnest($1::text[]) as text
      where exists (select from ${name} t where strpos(lower(t::text), lower(text)) > 0) order by 1`,
      [texts],
    )
    found.push(...rows.map(({ text }) => `${text} in ${name}`))
  }
  return found
}
