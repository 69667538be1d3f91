/**
 * Where the time of a first full sync goes: `npm run bench:profile -- --candidates 10000`. Prints the statements that
 * cost PostgreSQL most, and writes the worker's CPU profile (for a browser's developer tools) to the given folder.
 */
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import pg from 'pg'
import { makeBed, startSource } from './bed.ts'
import { RunningProduct } from './loaders/product.ts'

const { values } = parseArgs({
  options: {
    candidates: { type: 'string', default: '10000' },
    syncs: { type: 'string', default: '1' },
    out: { type: 'string', default: 'profile' },
    rows: { type: 'string', default: '25' },
  },
})

await using bed = await makeBed({ preload: ['pg_stat_statements'] })
await using database = await bed.createDatabase()
await using source = await startSource(Number(values.candidates))
await source.set({ latencyMs: 0, rate: null })
{
  await using product = await RunningProduct.start({
    ...bed,
    databaseUrl: database.workerUrl,
    ownerUrl: database.ownerUrl,
    flags: ['--cpu-prof', `--cpu-prof-dir=${values.out}`],
  })
  const [account] = source.accounts
  if (account === undefined) throw new Error('the source has no account')
  await product.addAccount('profile', account, ['rate.requestsPerSecond=1000', 'rate.burst=10000'])
  await query(`create extension pg_stat_statements`)
  for (let sync = 1; sync <= Number(values.syncs); sync++) {
    await query('select pg_stat_statements_reset()')
    const begin = performance.now()
    if (sync === 1) await product.startAccount('profile')
    else await product.handleOf('profile').signal('resync', { mode: 'full' })
    const state = await product.nextSync('profile')
    console.log(`sync ${sync}: ${state} after ${((performance.now() - begin) / 1000).toFixed(1)} s`)
    await printStatements()
  }
  await product.handleOf('profile').terminate('profiled')
}

async function printStatements(): Promise<void> {
  const rows = await query(`
    select round(total_exec_time)::int as ms, calls::int, round(mean_exec_time::numeric, 1)::text as mean, rows::int,
      left(regexp_replace(query, '\\s+', ' ', 'g'), 110) as statement
    from pg_stat_statements order by total_exec_time desc limit ${Number(values.rows)}`)
  const table = new Table({
    head: ['ms', 'calls', 'mean', 'rows', 'statement'],
    style: { head: [], border: [] },
  })
  for (const row of rows) table.push(Object.values(row).map(String))
  console.log(table.toString())
}

async function query(text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.ownerUrl })
  await client.connect()
  const { rows } = await client.query(text).finally(() => client.end())
  return rows
}
