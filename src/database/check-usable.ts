/** Whether the worker could work with the database: what answers may still refuse to write, or keep no session. */
import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { noSession } from './conditions.ts'
import type { Db } from './connect.ts'

/** Writes a row and takes it back. @throws the database's error if it cannot be written. */
export async function checkWritable(db: Db): Promise<void> {
  const takenBack = new Error('the row was written')
  const writing = db.transaction().execute(async (trx) => {
    await sql`insert into sync.runs (id, account, mode, trigger, models, state, started_at)
      values (${randomUUID()}, '?', 'full', 'start', '{}', 'RUNNING', now())`.execute(trx)
    throw takenBack
  })
  await writing.catch((error: unknown) => {
    if (error !== takenBack) throw error
  })
}

/** Poolers choose in different ways which session comes next. */
const rounds = 2

/**
 * Whether a connection is the same session in each of its transactions, and nobody else's: what a connection sets and
 * prepares counts on it.
 *
 * @param db with two connections or more.
 */
export async function keepsSession(db: Db): Promise<boolean> {
  return await db.connection().execute((one) =>
    db.connection().execute(async (other) => {
      const session = await sessionOf(one)
      await sessionOf(other)
      for (let round = 0; round < rounds; round++) {
        if ((await sessionOf(one)) !== session || !(await isApart(session, one, other))) return false
      }
      return true
    }),
  )
}

/** Whether a transaction of another connection has another session, and leaves this one its own. */
async function isApart(session: number | undefined, one: Db, other: Db): Promise<boolean> {
  return await other
    .transaction()
    .execute(async (trx) => (await sessionOf(trx)) !== session && (await sessionOf(one)) === session)
}

async function sessionOf(db: Db): Promise<number | undefined> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db)
  return rows[0]?.pid
}

/** What is wrong with the database, and what to do; null: nothing. @throws the database's error as well. */
export async function whyUnusable(db: Db): Promise<string | null> {
  if (!(await keepsSession(db))) return `it ${noSession.is}; ${noSession.remedy}`
  await checkWritable(db)
  return null
}
