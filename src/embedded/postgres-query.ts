import { sql } from 'kysely'
import { connect } from '../database/connect.ts'

/** Runs statements of the cluster's owner on a connection of their own. */
export async function runStatement(url: string, statement: string): Promise<void> {
  await using db = connect(url, { max: 1, patient: true })
  await sql.raw(statement).execute(db)
}
