import { sql } from 'kysely'
import type { StreamName } from '../streams.ts'
import type { Db } from './connect.ts'

/** How many ids a pass over a stream has shown, each counted once. */
export async function countDistinct(
  db: Db,
  { runId, stream }: { readonly runId: string; readonly stream: StreamName },
  pass: number,
): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(distinct s.id)::int as count from sync.seen_pages p, unnest(p.ids) as s (id)
    where p.run_id = ${runId} and p.stream = ${stream} and p.pass = ${pass}`.execute(db)
  return rows[0]?.count ?? 0
}
