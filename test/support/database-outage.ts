import type pg from 'pg'

/**
 * Takes the database away from the worker: its connections break, and it gets no new ones. Superusers still do.
 *
 * @returns what gives it back.
 */
export async function cutOffWorker(pool: pg.Pool): Promise<() => Promise<void>> {
  const { rows } = await pool.query('select quote_ident(current_database()) as name')
  const change = (what: string) => pool.query(what.replace('DATABASE', `database ${rows[0].name}`))
  await change('revoke connect on DATABASE from public')
  await pool.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = 'gem_ats_sync_worker'`)
  return async () => void (await change('grant connect on DATABASE to public'))
}
