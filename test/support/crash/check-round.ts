/** What has to be true after a sync, whatever was killed meanwhile. */
import type pg from 'pg'
import { streamNames } from '../../../src/streams.ts'
import { differences } from '../oracle/differences.ts'
import type { ExpectedTables } from '../oracle/index.ts'
import { type Moment, readChangeTimes, restlessPairs, wronglyMoved } from '../oracle/moved-rows.ts'
import { readTables } from '../oracle/read-tables.ts'
import { doubleCommits } from './witness.ts'

export interface EndedRun {
  readonly id: string
  readonly state: string
  readonly error: string | null
}

export async function momentOf(pool: pg.Pool, account: string): Promise<Moment> {
  return { tables: await readTables(pool, account), changes: await readChangeTimes(pool, account) }
}

export interface RoundCheck {
  readonly account: string
  readonly run: EndedRun
  readonly expected: ExpectedTables
  readonly before: Moment
  readonly after: Moment
  /** The same sync of the same lists, which nothing has disturbed. */
  readonly undisturbed: { readonly pool: pg.Pool; readonly runId: string; readonly calls: number }
  readonly calls: number
  readonly mayWaste: number
}

export async function roundProblems(pool: pg.Pool, check: RoundCheck): Promise<string[]> {
  const { run, expected, before, after, undisturbed, calls, mayWaste } = check
  const problems = [
    ...differences(expected, after.tables),
    // Every change that a sync brought has moved its row's time, and nothing else has: readers of increments lose none.
    ...wronglyMoved(before, after),
    ...restlessPairs(before, after),
    ...(await doubleCommits(pool, run.id)),
    ...(await bookkeepingProblems(pool, check)),
  ]
  if (run.state !== 'SUCCEEDED') problems.push(`the run has ended ${run.state}: ${run.error}`)
  const wasted = calls - undisturbed.calls
  if (wasted > mayWaste)
    problems.push(`${calls} calls to Gem, ${undisturbed.calls} undisturbed: ${mayWaste} more are allowed`)
  return problems
}

/** The run's counters are those of the sync that nothing disturbed: no row was counted twice, and none left out. */
async function bookkeepingProblems(
  pool: pg.Pool,
  { account, run, undisturbed }: RoundCheck,
): Promise<string[]> {
  const problems: string[] = []
  const [counted, expected] = [await counts(pool, run.id), await counts(undisturbed.pool, undisturbed.runId)]
  for (const stream of streamNames)
    if (counted.get(stream) !== expected.get(stream))
      problems.push(`${stream} counts ${counted.get(stream)}, undisturbed ${expected.get(stream)}`)
  const { rows } = await pool.query<{ running: number; seen: number }>(
    `select (select count(*)::int from sync.runs where account = $1 and state = 'RUNNING') as running,
      (select count(*)::int from sync.seen_pages where run_id = $2) as seen`,
    [account, run.id],
  )
  if (rows[0]?.running !== 0) problems.push(`${rows[0]?.running} runs are RUNNING`)
  if (rows[0]?.seen !== 0) problems.push(`${rows[0]?.seen} seen pages are left over`)
  return problems
}

async function counts(pool: pg.Pool, runId: string): Promise<Map<string, string>> {
  const { rows } = await pool.query<{ stream: string; counts: string }>(
    `select stream, concat_ws(' ', state, 'fetched', fetched, 'inserted', inserted, 'updated', updated,
      'unchanged', unchanged, 'deleted', deleted, 'rejected', rejected) as counts
    from sync.run_streams where run_id = $1`,
    [runId],
  )
  return new Map(rows.map((row) => [row.stream, row.counts]))
}
