import pg from 'pg'

const withinMs = 30_000

/** Resolves when a session of that database waits for another one; fails if none does for half a minute. */
export async function waitsForLock(url: string, database: string): Promise<void> {
  // Not within a transaction: PostgreSQL shows the same activity until its end.
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const waiting = `select from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'`
  try {
    for (const end = Date.now() + withinMs; (await pool.query(waiting, [database])).rowCount === 0; )
      if (Date.now() > end) throw new Error(`nobody in ${database} waits for a lock`)
  } finally {
    await pool.end()
  }
}
