import pg from 'pg'
import { until } from './until.ts'

/** Resolves when so many sessions of that database wait for another one. */
export async function waitsForLock(url: string, database: string, sessions = 1): Promise<void> {
  // Not within a transaction: PostgreSQL shows the same activity until its end.
  const pool = new pg.Pool({ connectionString: url, max: 1 })
  const waiting = `select from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'`
  try {
    await until(
      `sessions of ${database} that wait for a lock, ${sessions} of them`,
      async () => (await pool.query(waiting, [database])).rowCount ?? 0,
      (count) => count >= sessions,
    )
  } finally {
    await pool.end()
  }
}
