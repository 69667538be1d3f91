import Table from 'cli-table3'
import pg from 'pg'
import { DEMO_ACCOUNT } from './demo-account.ts'
import type { FinishedRun } from './demo-progress.ts'

/** Prints how the run ended and how many rows each table of the unified model has now. */
export async function printTables(database: pg.Pool, run: FinishedRun): Promise<void> {
  const table = new Table({
    head: ['table', 'rows'],
    colAligns: ['left', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const name of await tableNames(database)) {
    const count = `SELECT count(*) FROM ats.${pg.escapeIdentifier(name)} WHERE account = $1`
    const { rows } = await database.query<{ count: string }>(count, [DEMO_ACCOUNT])
    table.push([`ats.${name}`, rows[0]!.count])
  }
  const end = run.error === null ? '' : `: ${run.error}`
  console.log(`\nThe sync ended ${run.state} after ${run.seconds.toFixed(1)} s${end}\n${table.toString()}`)
}

async function tableNames(database: pg.Pool): Promise<readonly string[]> {
  const { rows } = await database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = 'ats' AND table_type = 'BASE TABLE' ORDER BY table_name`,
  )
  return rows.map((row) => row.name)
}
