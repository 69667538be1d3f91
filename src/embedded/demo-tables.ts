import Table from 'cli-table3'
import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'
import { joinTables, models } from '../mappers/registry.ts'
import { DEMO_ACCOUNT } from './demo-account.ts'
import type { FinishedRun } from './demo-progress.ts'

/** Prints how the run ended and how many rows each table of the unified model has now. */
export async function printTables(database: Db, run: FinishedRun): Promise<void> {
  const table = new Table({
    head: ['table', 'rows'],
    colAligns: ['left', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const name of [...Object.keys(models), ...Object.keys(joinTables)].sort()) {
    const { rows } = await sql<{ count: number }>`
      select count(*) from ${sql.table(`ats.${name}`)} where account = ${DEMO_ACCOUNT}`.execute(database)
    table.push([`ats.${name}`, rows[0]?.count])
  }
  const end = run.error === null ? '' : `: ${run.error}`
  console.log(`\nThe sync ended ${run.state} after ${run.seconds.toFixed(1)} s${end}\n${table.toString()}`)
}
