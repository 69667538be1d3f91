import { sql } from 'kysely'
import type { Db } from '../connect.ts'

/**
 * Deletes runs that ended before a time, with their streams; never one under way, nor one that a checkpoint names: of
 * an account that does not sync any more, the last runs stay.
 *
 * @returns how many runs are gone, at most `limit`.
 */
export async function pruneRuns(db: Db, account: string, before: Date, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from sync.runs where id = any(array(
      select r.id from sync.runs r
      where r.account = ${account} and r.state <> 'RUNNING' and coalesce(r.finished_at, r.started_at) <= ${before}
        and not exists (select from sync.checkpoints c where c.account = r.account and c.run_id = r.id)
      order by r.started_at limit ${limit}))`.execute(db)
  return Number(numAffectedRows ?? 0)
}

/** Deletes rejected records that were resolved before a time. @returns how many, at most `limit`. */
export async function pruneResolvedRejects(
  db: Db,
  account: string,
  before: Date,
  limit: number,
): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from sync.rejected_records where ctid = any(array(
      select ctid from sync.rejected_records
      where account = ${account} and resolved_at <= ${before}
      limit ${limit}))`.execute(db)
  return Number(numAffectedRows ?? 0)
}
