import { after } from 'node:test'
import pg from 'pg'
import { connect, type Db } from '../../src/database/connect.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'

export interface DatabaseOfFile {
  readonly database: TestDatabase
  /** As the worker's role. */
  readonly db: Db
  /** As superuser. */
  readonly owner: pg.Pool
}

/** A fresh database for all tests of a file, dropped after them: to be awaited on top of the file. */
export async function databaseOfFile(): Promise<DatabaseOfFile> {
  const database = await createTestDatabase()
  const db = connect(database.workerUrl, { max: 4 })
  const owner = new pg.Pool({ connectionString: database.ownerUrl, max: 4 })
  after(async () => {
    await db.destroy()
    await owner.end()
    await database.drop()
  })
  return { database, db, owner }
}
