/** Shows a sync while it runs, from the workflow's `status` query, until its run is finished. */
import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { UserError } from '../errors.ts'
import { DEMO_ACCOUNT } from './demo-account.ts'
import type { DemoConnections } from './demo-connections.ts'

export interface FinishedRun {
  readonly id: string
  readonly state: string
  readonly seconds: number
  readonly error: string | null
}

/** The part of the answer to `status` that is shown. */
interface Status {
  readonly state: string
  readonly phase?: string | null
  readonly streams?: ReadonlyArray<{ stream: string; state: string; pages: number; fetched: number }>
}

const LOOK_EVERY_MS = 500

/**
 * Waits for the end of the first full run that is not among the `known` ones.
 *
 * @throws {UserError} the workflow ended instead
 */
export async function followSync(demo: DemoConnections, known: readonly string[]): Promise<FinishedRun> {
  const show = progressDisplay()
  for (;;) {
    const run = await finishedRun(demo, known)
    if (run !== null) {
      show(null)
      return run
    }
    show(await readStatus(demo))
    await delay(LOOK_EVERY_MS)
  }
}

async function finishedRun(
  { database }: DemoConnections,
  known: readonly string[],
): Promise<FinishedRun | null> {
  const { rows } = await sql<FinishedRun>`
    select id, state, error, extract(epoch from finished_at - started_at)::float8 as seconds
    from sync.runs
    where account = ${DEMO_ACCOUNT} and mode = 'full' and finished_at is not null and not id = any(${known}::uuid[])
    order by started_at limit 1`.execute(database)
  return rows[0] ?? null
}

/** Null while no worker answers. */
async function readStatus({ workflow }: DemoConnections): Promise<Status | null> {
  try {
    return await workflow.query<Status>('status')
  } catch {
    const { status } = await workflow.describe()
    if (status.name === 'RUNNING') return null
    throw new UserError(
      `the workflow ${workflow.workflowId} ended (${status.name}) before its sync was finished`,
    )
  }
}

/** A line that is written over on a terminal; elsewhere a new line whenever something changed. */
function progressDisplay(): (status: Status | null) => void {
  const terminal = process.stdout.isTTY
  let last = ''
  return (status) => {
    const line = status === null ? '' : describe(status)
    if (line === last) return
    last = line
    if (terminal) process.stdout.write(`\r\x1b[2K${line.slice(0, process.stdout.columns - 1)}`)
    else if (line !== '') console.log(line)
  }
}

function describe({ state, phase, streams = [] }: Status): string {
  const begun = streams.filter((stream) => stream.pages > 0 || stream.state === 'RUNNING')
  const rows = begun.map(
    (stream) => `${stream.stream} ${stream.fetched}${stream.state === 'RUNNING' ? ' …' : ''}`,
  )
  return [`${state}${phase ? ` (${phase})` : ''}`, ...rows].join('  ')
}
