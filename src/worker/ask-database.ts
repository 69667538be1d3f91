import { connect, type Db } from '../database/connect.ts'
import { within } from '../within.ts'

/**
 * Asks the database over connections of its own, which are closed afterwards: a pool that is busy, or that holds a
 * connection to a server that went away, says nothing about the database.
 *
 * @throws whatever the database answers with, TimeLimitError if it does not.
 */
export async function askDatabase<T>(url: string, ms: number, ask: (db: Db) => Promise<T>): Promise<T> {
  const db = connect(url, { max: 2, applicationName: 'gem-ats-sync health', timeoutMs: ms })
  try {
    return await within(ms, ask(db))
  } finally {
    // Not waited for: a server that does not answer does not say goodbye either.
    db.destroy().catch(() => {})
  }
}
