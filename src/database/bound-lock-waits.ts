import { type Kysely, sql } from 'kysely'

const mostMs = 3_000

/**
 * For a transaction that changes tables while others work: it waits for a table no longer than 3 s, since who waits
 * for one holds up all who come after. PostgreSQL's error then is 55P03, and nothing has changed.
 */
export async function boundLockWaits<T>(trx: Kysely<T>): Promise<void> {
  await sql`set local lock_timeout = ${sql.lit(mostMs)}`.execute(trx)
}
