import type pg from 'pg'
import type { TestDatabase } from './database.ts'
import { waitsForLock } from './waits-for-lock.ts'

/**
 * A commit that has its time, and stands still before it is done: somebody else holds the rows of `ats` that the query
 * finds, until `release()`, which waits for it.
 */
export async function heldUp(
  { database, owner }: { database: TestDatabase; owner: pg.Pool },
  rows: { text: string; values: unknown[] },
  commit: () => Promise<unknown>,
): Promise<{ release(): Promise<void> }> {
  const holder = await owner.connect()
  await holder.query('begin')
  await holder.query({ ...rows, text: `${rows.text} for update` })
  const committing = commit()
  await waitsForLock(database.ownerUrl, database.name)
  return {
    async release() {
      await holder.query('rollback')
      holder.release()
      await committing
    },
  }
}
