import { Command, InvalidArgumentError } from 'commander'
import { findAccount } from '../accounts/account-store.ts'
import { readEnvironment } from '../config.ts'
import type { Db } from '../database/connect.ts'
import { type ListedRun, type ListedStream, listRuns, listStreams } from '../database/list-runs.ts'
import { UserError } from '../errors.ts'
import { print, printJson, printTable } from './output.ts'
import { remarkOf } from './remark.ts'
import { withDatabase } from './with-database.ts'

interface RunsOptions {
  readonly limit: number
  /** The beginning of a run's id. */
  readonly streams?: string
  readonly json: boolean
}

const MOST = 1_000

const help = `
Reads the database alone: it answers while Temporal and the workers are away.

Examples:
  gem-ats-sync runs
  gem-ats-sync runs acme --limit 100
  gem-ats-sync runs --streams 6a5fb684     # what that run did with each of Gem's lists`

export function runs(): Command {
  return new Command('runs')
    .summary('list the newest syncs, or what one of them did')
    .description('Lists the newest syncs of an account, or of all.')
    .argument('[account]', 'only of this account')
    .option('--limit <n>', `how many, 1 to ${MOST}`, limit, 20)
    .option('--streams <run>', 'the lists of one run: its id, or how that begins')
    .option('--json', 'print them as JSON', false)
    .addHelpText('after', help)
    .action(show)
}

function limit(text: string): number {
  if (/^\d{1,4}$/.test(text) && Number(text) >= 1 && Number(text) <= MOST) return Number(text)
  throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST}.`)
}

async function show(account: string | undefined, { limit, streams, json }: RunsOptions): Promise<void> {
  await withDatabase(readEnvironment(), async (db) => {
    const wanted = account === undefined ? null : (await findAccount(db, account)).account
    if (streams !== undefined) return showStreams(await findRun(db, wanted, streams), db, json)
    const found = await listRuns(db, { account: wanted, beginning: null, limit })
    if (json) return printJson(found)
    if (found.length === 0)
      return print(wanted === null ? 'There are no runs yet.' : `${wanted} has no runs yet.`)
    printTable(RUN_HEAD, found.map(runRow))
  })
}

/** @throws UserError if no run, or more than one, begins so. */
async function findRun(db: Db, account: string | null, beginning: string): Promise<ListedRun> {
  if (!/^[\da-f]{4,8}[\da-f-]*$/i.test(beginning) || beginning.replaceAll('-', '').length > 32) {
    throw new UserError(
      '--streams takes the id of a run, or at least its first 4 digits; gem-ats-sync runs lists them',
    )
  }
  const [run, other] = await listRuns(db, { account, beginning, limit: 2 })
  const whose = account === null ? '' : ` of ${account}`
  if (run === undefined) {
    throw new UserError(`There is no run ${beginning}${whose}; gem-ats-sync runs lists the newest`)
  }
  if (other === undefined) return run
  throw new UserError(
    `Several runs begin with ${beginning}, such as ${run.id} and ${other.id}; give more digits`,
  )
}

async function showStreams(run: ListedRun, db: Db, json: boolean): Promise<void> {
  const streams = await listStreams(db, run.id)
  if (json) return printJson({ ...run, streams })
  print(`run ${run.id} of ${run.account}: ${run.mode} (${run.trigger}), ${run.state}, ${took(run)}`)
  if (run.error !== null) print(`error: ${oneLine(run.error)}`)
  print('')
  printTable(STREAM_HEAD, streams.map(streamRow))
}

const RUN_HEAD = [
  ...['RUN', 'ACCOUNT', 'MODE', 'TRIGGER', 'STATE', 'STARTED', 'TOOK'],
  ...['FETCHED', 'INSERTED', 'UPDATED', 'DELETED', 'REJECTED', 'ERROR'],
]

function runRow(run: ListedRun) {
  const { id, account, mode, trigger, state, started_at } = run
  return [
    ...[id.slice(0, 8), account, mode, trigger, state, started_at, took(run)],
    ...[run.fetched, run.inserted, run.updated, run.deleted, run.rejected, oneLine(run.error)],
  ]
}

const STREAM_HEAD = [
  ...['STREAM', 'STATE', 'TOOK', 'PAGES', 'FETCHED', 'INSERTED', 'UPDATED', 'UNCHANGED', 'DELETED'],
  ...['REJECTED', 'WARNINGS', 'REQUESTS', 'RATE LIMITED', 'ERROR'],
]

function streamRow(stream: ListedStream) {
  const { pages, fetched, inserted, updated, unchanged, deleted, rejected, warnings, requests } = stream
  return [
    ...[stream.stream, stream.state, took(stream), pages, fetched, inserted, updated, unchanged, deleted],
    ...[rejected, warnings, requests, showSeconds(stream.rate_limited_ms / 1000), oneLine(remarkOf(stream))],
  ]
}

function took({ seconds, finished_at }: Pick<ListedRun, 'seconds' | 'finished_at'>): string {
  return `${showSeconds(seconds)}${finished_at === null ? ' so far' : ''}`
}

/** `0.4 s`, `3 m 12 s`, `2 h 5 m` */
export function showSeconds(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3_600) return `${Math.floor(whole / 60)} m ${whole % 60} s`
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} m`
}

const oneLine = (text: string | null) => text?.replaceAll(/\s*\n\s*/g, ' / ') ?? null
