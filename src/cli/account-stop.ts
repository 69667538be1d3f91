import type { Command } from 'commander'
import type { Db } from '../database/connect.ts'
import { UserError } from '../errors.ts'
import { describeWorkflow } from './describe-workflow.ts'
import {
  answerOf,
  type Steered,
  type Steering,
  steeringCommand,
  type WaitOptions,
  waitFor,
  withTimeout,
} from './steer-accounts.ts'

const help = `
Cancels the workflows, and waits until they and their syncs have ended. account pause keeps the place instead: a paused
sync goes on from its last page, while account start begins with a full sync.

Examples:
  gem-ats-sync account stop acme
  gem-ats-sync account stop --all --timeout 5m`

export function accountStop(): Command {
  const hint = 'The next start begins with a full sync; gem-ats-sync account pause keeps the place instead.'
  return withTimeout(steeringCommand({ name: 'stop', act: stop, hint }))
    .summary('end the workflows of accounts')
    .description('Ends the workflows of accounts, and their syncs with them.')
    .addHelpText('after', help)
}

async function stop(
  account: string,
  { db, workflows }: Steering,
  { timeout }: WaitOptions,
): Promise<Steered> {
  const asked = await workflows.ask(account, async (handle) => {
    const { status } = await describeWorkflow(handle)
    // Temporal takes the request for one that has ended, too.
    if (status === 'RUNNING') await handle.cancel()
    return status === 'RUNNING'
  })
  if (asked.kind === 'not-running' || !answerOf(asked, account))
    return { result: 'not running', line: 'its workflow was not running' }
  const ended = await waitFor({ timeout }, async () => {
    const outcome = await workflows.ask(account, describeWorkflow)
    if (outcome.kind !== 'done') return null
    const { status: name } = outcome.value
    return name === 'RUNNING' || name === 'CONTINUED_AS_NEW' || (await hasOpenRun(db, account)) ? null : name
  })
  if (ended === 'CANCELLED') return { result: 'stopped', line: 'stopped (CANCELLED)' }
  throw new UserError(
    ended === null
      ? `was asked to stop, and has not within ${timeout / 1_000} s: it does once a worker takes it up ` +
          '(gem-ats-sync doctor tells whether one runs)'
      : `its workflow ended ${ended} before it could be cancelled`,
  )
}

async function hasOpenRun(db: Db, account: string): Promise<boolean> {
  const run = await db
    .selectFrom('sync.runs')
    .select('id')
    .where('account', '=', account)
    .where('state', '=', 'RUNNING')
    .executeTakeFirst()
  return run !== undefined
}
