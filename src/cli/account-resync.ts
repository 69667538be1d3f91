import { type Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { nearest } from '../accounts/nearest.ts'
import type { RunMode } from '../database/database-types.ts'
import { UserError } from '../errors.ts'
import { type MainTable, mainTables } from '../streams.ts'
import type { ResyncAnswer, ResyncInput } from '../workflows/messages.ts'
import { followSync } from './follow-sync.ts'
import { USAGE } from './report-error.ts'
import { answerOf, type Steered, type Steering, steeringCommand } from './steer-accounts.ts'

interface ResyncOptions {
  readonly mode?: RunMode
  readonly models?: readonly MainTable[]
  readonly since?: string
  readonly confirmDeletions?: true
  readonly wait: boolean
}

const help = `
The same as the update resync. It runs after the sync in progress; without options it is a full sync of all models.

--wait shows how far it is until it has ended; the exit code is 0 if it SUCCEEDED, else 1. Ctrl-C ends the waiting alone.

Examples:
  gem-ats-sync account resync acme
  gem-ats-sync account resync acme --models jobs,candidates --wait
  gem-ats-sync account resync acme --since 2026-01-01T00:00:00Z
  gem-ats-sync account resync acme --models candidates --confirm-deletions
  gem-ats-sync account resync --all --mode delta`

export function accountResync(): Command {
  return steeringCommand({ name: 'resync', act: resync, check })
    .summary('sync accounts now')
    .description('Syncs accounts now, whatever their schedules.')
    .addOption(
      new Option('--mode <mode>', 'full (default), or delta: what has changed').choices(['full', 'delta']),
    )
    .option('--models <models>', `some of ${mainTables.join(', ')}, with commas between`, readModels)
    .option('--since <time>', 'a delta from this ISO 8601 time on, such as 2026-01-31T00:00:00Z')
    .option('--confirm-deletions', 'what the last full sync of these models held back is really deleted')
    .option('--wait', 'until it has ended', false)
    .addHelpText('after', help)
}

function readModels(text: string, earlier: readonly MainTable[] = []): readonly MainTable[] {
  return [...new Set([...earlier, ...text.split(',').map((name) => readModel(name.trim()))])]
}

function readModel(name: string): MainTable {
  const model = mainTables.find((table) => table === name)
  if (model !== undefined) return model
  const meant = nearest(name, mainTables)
  throw new InvalidArgumentError(
    meant === null ? `There are ${mainTables.join(', ')}.` : `Did you mean ${meant}?`,
  )
}

/** @throws CommanderError in the words in which the workflow would refuse it. */
async function check(options: ResyncOptions): Promise<void> {
  // Loaded only here, with Temporal's library: other commands need not wait for it.
  const { readResync } = await import('../workflows/resync.ts')
  const problem = readResync(inputOf(options), 'update')
  if (typeof problem !== 'string') return
  throw new CommanderError(
    USAGE,
    'wrongUsage',
    `error: ${problem.replace(/^confirmDeletions/, '--confirm-deletions').replace(/^(mode|models|since):/, '--$1:')}`,
  )
}

function inputOf({ mode, models, since, confirmDeletions }: ResyncOptions): ResyncInput {
  return {
    ...(mode && { mode }),
    ...(models && { models }),
    ...(since !== undefined && { since }),
    ...(confirmDeletions && { confirmDeletions }),
  }
}

async function resync(account: string, steering: Steering, options: ResyncOptions): Promise<Steered> {
  const { syncId, alreadyQueued, queue } = await ask(account, steering, inputOf(options))
  if (options.wait) return await followSync(account, syncId, steering)
  const mode = queue.find(({ id }) => id === syncId)?.mode
  const what = [mode, 'sync', syncId].filter((word) => word !== undefined).join(' ')
  return alreadyQueued
    ? { result: 'already queued', line: `the ${what} waits already, and does what was asked for`, syncId }
    : { result: 'queued', line: `the ${what} was asked for`, syncId }
}

async function ask(account: string, { workflows }: Steering, input: ResyncInput): Promise<ResyncAnswer> {
  const outcome = await workflows.ask(account, async (handle) => {
    try {
      return await handle.executeUpdate<ResyncAnswer, [unknown]>('resync', { args: [input] })
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'WorkflowUpdateFailedError') throw error
      // Its own message says no more than that.
      return error.cause instanceof Error ? error.cause.message : error.message
    }
  })
  const answer = answerOf(outcome, account)
  if (typeof answer === 'string') throw new UserError(`its workflow refuses the resync: ${answer}`)
  return answer
}
