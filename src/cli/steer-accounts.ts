/** What the commands that steer workflows share: which accounts are meant, how fast, and a line for each. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { checkAccountName } from '../accounts/account-name.ts'
import { findAccount, listAccounts } from '../accounts/account-store.ts'
import { durationMs } from '../accounts/duration.ts'
import { databaseUrlOf, readEnvironment, type TemporalConfig, temporalOf } from '../config.ts'
import type { Db } from '../database/connect.ts'
import { explainDatabaseError } from '../database/explain-error.ts'
import { UserError } from '../errors.ts'
import { sentenceOf } from '../failure-sentence.ts'
import { type Outcome, openClient, type WorkflowClient } from './account-workflow.ts'
import { print, printJson } from './output.ts'
import { FAILED, USAGE } from './report-error.ts'
import { withDatabase } from './with-database.ts'

export interface Steering {
  readonly db: Db
  readonly temporal: TemporalConfig
  readonly workflows: WorkflowClient
  /** Shows how far it is. */
  readonly tell: (line: string) => void
}

/** What has become of one account. */
export interface Steered {
  /** In a word or two. */
  readonly result: string
  /** For people. */
  readonly line: string
  /** Id of the sync that was asked for. */
  readonly syncId?: string
}

interface SteeringOptions {
  readonly all: boolean
  readonly json: boolean
}

interface Steer<Options> {
  readonly name: string
  /** @throws for an account that fails; the others go on. */
  readonly act: (account: string, steering: Steering, options: Options) => Promise<Steered>
  /** Looks at the options before anything is done. @throws CommanderError */
  readonly check?: (options: Options) => Promise<void>
  /** Said once, after the accounts' lines. */
  readonly hint?: string
}

/** Temporal and Gem are spared a herd of accounts that begin in the same second. */
const ACCOUNTS_A_SECOND = 5

/** A command that takes names of accounts, or `--all`; its options are its own. */
export function steeringCommand<Options>(steer: Steer<Options>): Command {
  return new Command(steer.name)
    .argument('[name...]', 'the accounts')
    .option('--all', `all accounts, ${ACCOUNTS_A_SECOND} a second`, false)
    .option('--json', 'print the result as JSON', false)
    .action((names: readonly string[], options: Options & SteeringOptions) => run(names, options, steer))
}

async function run<Options>(
  names: readonly string[],
  options: Options & SteeringOptions,
  { act, check, hint }: Steer<Options>,
): Promise<void> {
  checkSelection(names, options)
  await check?.(options)
  const environment = readEnvironment()
  const temporal = temporalOf(environment)
  const url = databaseUrlOf(environment)
  const show = options.json ? () => {} : say
  const ends = await withDatabase(environment, async (db) => {
    const { known, unknown } = options.all ? await allAccounts(db) : await lookUp(db, names)
    unknown.forEach(show)
    if (known.length === 0) return unknown
    await using workflows = await openClient(temporal)
    const steering = { db, temporal, workflows, tell: options.json ? () => {} : print }
    const steered = await pace(known, async (account) => {
      const end = await endOf(account, act(account, steering, options), url)
      show(end)
      return end
    })
    return [...unknown, ...steered]
  })
  if (ends.some(({ problem }) => problem !== null)) process.exitCode = FAILED
  if (options.json) return printJson(ends.map(({ line: _, ...end }) => end))
  if (ends.length === 0) return print('There are no accounts yet; add one: gem-ats-sync account add NAME')
  if (hint !== undefined && ends.some(({ problem }) => problem === null)) print(hint)
}

function checkSelection(names: readonly string[], { all }: SteeringOptions): void {
  if ((names.length === 0) === all) return
  throw new CommanderError(
    USAGE,
    'wrongUsage',
    all
      ? 'error: --all means all accounts: leave out either it or the names'
      : 'error: name one account or more, or give --all for all of them',
  )
}

interface Ended extends Omit<Steered, 'result' | 'line'> {
  readonly account: string
  /** Null: it failed. */
  readonly result: string | null
  readonly line: string
  readonly problem: string | null
}

interface Selection {
  readonly known: readonly string[]
  readonly unknown: readonly Ended[]
}

async function allAccounts(db: Db): Promise<Selection> {
  const accounts = await listAccounts(db)
  return { known: accounts.map(({ account }) => account), unknown: [] }
}

async function lookUp(db: Db, names: readonly string[]): Promise<Selection> {
  const known: string[] = []
  const unknown: Ended[] = []
  for (const account of new Set(names.map(checkAccountName))) {
    try {
      await findAccount(db, account)
      known.push(account)
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      unknown.push(failure(account, error.message))
    }
  }
  return { known, unknown }
}

/** Begins with one account after the other, whatever becomes of those before it. */
async function pace(
  accounts: readonly string[],
  begin: (account: string) => Promise<Ended>,
): Promise<Ended[]> {
  const begun: Promise<Ended>[] = []
  for (const account of accounts) {
    if (begun.length > 0) await sleep(1_000 / ACCOUNTS_A_SECOND)
    begun.push(begin(account))
  }
  return await Promise.all(begun)
}

async function endOf(account: string, steered: Promise<Steered>, databaseUrl: string): Promise<Ended> {
  try {
    return { account, ...(await steered), problem: null }
  } catch (error) {
    return failure(account, `${account}: ${sentenceOf(explainDatabaseError(error, databaseUrl))}`)
  }
}

const failure = (account: string, problem: string): Ended => ({ account, result: null, line: '', problem })

function say({ account, line, problem }: Ended): void {
  if (problem === null) print(`${account}: ${line}`)
  else process.stderr.write(`error: ${problem}\n`)
}

/** What the workflow has answered. @throws UserError if it does not run, or gives no answer. */
export function answerOf<T>(outcome: Outcome<T>, account: string): T {
  switch (outcome.kind) {
    case 'done':
      return outcome.value
    case 'not-running':
      throw new UserError(`its workflow does not run; gem-ats-sync account start ${account} starts it`)
    case 'unreachable':
      throw new UserError(outcome.why)
  }
}

export interface WaitOptions {
  /** In milliseconds. */
  readonly timeout: number
}

/** For commands that wait until what they have asked for is so. */
export function withTimeout(command: Command): Command {
  const meaning = 'how long to wait for the workflow, such as 30s or 5m'
  return command.option('--timeout <duration>', meaning, readTimeout, durationMs(DEFAULT_TIMEOUT))
}

const DEFAULT_TIMEOUT = '1m'

function readTimeout(text: string): number {
  const milliseconds = durationMs(text)
  if (milliseconds <= MAX_TIMEOUT_MS) return milliseconds
  throw new InvalidArgumentError('It must be a duration of at most 1d, such as 30s or 5m.')
}

const MAX_TIMEOUT_MS = 86_400_000
const LOOK_EVERY_MS = 250

/** Looks until there is something, for at least as long as one look takes. Null: the time is up. */
export async function waitFor<T>({ timeout }: WaitOptions, look: () => Promise<T | null>): Promise<T | null> {
  const end = performance.now() + timeout
  for (;;) {
    const found = await look()
    if (found !== null || performance.now() >= end) return found
    await sleep(LOOK_EVERY_MS)
  }
}
