import { databaseUrlOf, type Environment } from '../config.ts'
import { connect, type Db } from '../database/connect.ts'
import { explainDatabaseError } from '../database/explain-error.ts'

/** Gives a command the database and closes it afterwards. @throws UserError if it cannot be used. */
export async function withDatabase<T>(environment: Environment, use: (db: Db) => Promise<T>): Promise<T> {
  const url = databaseUrlOf(environment)
  const db = connect(url, { max: 2, applicationName: 'gem-ats-sync cli' })
  try {
    return await use(db)
  } catch (error) {
    throw explainDatabaseError(error, url)
  } finally {
    await db.destroy()
  }
}
