import type pg from 'pg'
import { streamNames, type World } from '../../../src/embedded/simulated-gem/index.ts'
import { differences } from '../oracle/differences.ts'
import { expectedTables, type Source } from '../oracle/index.ts'
import { readTables } from '../oracle/read-tables.ts'
import { joinTableNames, tableNames } from '../oracle/types.ts'

/** What differs between the mirror and what Gem holds, after a life of which not every day was watched. */
export async function mirrorProblems(pool: pg.Pool, account: string, world: World): Promise<string[]> {
  const source = Object.fromEntries(streamNames.map((name) => [name, [...world.objects(name)]])) as Source
  const expected = expectedTables(source, { account, settings: { jobBoard: null, integrationFields: [] } })
  const actual = await readTables(pool, account)
  // A pair that was there once stays, marked as gone.
  for (const table of joinTableNames)
    for (const [key, pair] of actual[table])
      if (pair.remote_deleted_at !== null && !expected[table].has(key)) actual[table].delete(key)
  return differences(expected, actual)
}

/** Of these, each sync leaves rows; `retention.runsAfterDays` bounds them. */
const growing = ['runs', 'run_streams']

/** What syncs should have cleared away behind them: beside runs, no table may grow with time. */
export async function bookkeepingProblems(pool: pg.Pool, account: string): Promise<string[]> {
  const mirrored = await sum(
    pool,
    tableNames.map((table) => `ats.${table}`),
  )
  const { rows } = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'sync' and table_type = 'BASE TABLE'`,
  )
  const exact: Record<string, number> = {
    checkpoints: streamNames.length,
    seen_pages: 0,
    rate_limits: 1,
    accounts: 1,
  }
  const problems: string[] = []
  for (const { name } of rows.filter((row) => !growing.includes(row.name))) {
    const count = await sum(pool, [`sync.${name}`])
    const most = exact[name] ?? mirrored
    if (count > most) problems.push(`sync.${name}: ${count} rows, at most ${most} expected`)
  }
  const running = await pool.query(`select from sync.runs where account = $1 and state = 'RUNNING'`, [
    account,
  ])
  if (running.rowCount !== 0) problems.push(`${running.rowCount} runs are RUNNING`)
  return problems
}

async function sum(pool: pg.Pool, tables: readonly string[]): Promise<number> {
  const counts = tables.map((table) => `select count(*) from ${table}`)
  const { rows } = await pool.query<{ sum: string }>(`select sum(count) from (${counts.join(' union all ')})`)
  return Number(rows[0]?.sum)
}
