import { Command } from 'commander'
import { checkAccountName, workflowIdOf } from '../accounts/account-name.ts'
import { findAccount } from '../accounts/account-store.ts'
import { deleteAccount } from '../accounts/delete-account.ts'
import { isLeftOver } from '../accounts/left-over-rows.ts'
import { readEnvironment, type TemporalConfig, temporalOf } from '../config.ts'
import type { Db } from '../database/connect.ts'
import { UserError } from '../errors.ts'
import { type Outcome, terminateWorkflow } from './account-workflow.ts'
import { print, printJson } from './output.ts'
import { readAnswer } from './read-lines.ts'
import { withDatabase } from './with-database.ts'

interface RemoveOptions {
  readonly yes: boolean
  readonly json: boolean
}

const help = `
Ends the account's workflow and deletes the account, its key, and every row that was read for it. Nothing in Gem is
touched. If it is interrupted, run it again: it goes on.

Examples:
  gem-ats-sync account remove acme
  gem-ats-sync account remove acme --yes`

export function accountRemove(): Command {
  return new Command('remove')
    .summary('delete an account and all its rows')
    .description('Deletes an account and all its rows.')
    .argument('<name>', 'the account')
    .option('--yes', 'do not ask for the name again', false)
    .option('--json', 'print the result as JSON', false)
    .addHelpText('after', help)
    .action(remove)
}

async function remove(name: string, { yes, json }: RemoveOptions): Promise<void> {
  const environment = readEnvironment()
  const temporal = temporalOf(environment)
  const account = checkAccountName(name)
  const { rows, ended } = await withDatabase(environment, async (db) => {
    await checkThereIsSomething(db, account)
    if (!yes) await confirm(account)
    const ended = await terminateWorkflow(temporal, account)
    return { ended, rows: await deleteAccount(db, account) }
  })
  if (json) return printJson({ account, rows, workflow: ended.kind })
  print(`Account ${account} is removed, ${rows} rows deleted.`)
  print(afterRemoval(ended, temporal, account))
}

async function checkThereIsSomething(db: Db, account: string): Promise<void> {
  if (!(await isLeftOver(db, account))) await findAccount(db, account)
}

async function confirm(account: string): Promise<void> {
  const answer = await readAnswer(`All rows of ${account} will be deleted. Type its name again:`)
  if (answer !== account) throw new UserError(`That is not the name ${account}; nothing was removed`)
}

function afterRemoval(ended: Outcome<void>, { connectionOptions }: TemporalConfig, account: string): string {
  const id = workflowIdOf(account)
  switch (ended.kind) {
    case 'done':
      return `Its workflow ${id} was ended.`
    case 'not-running':
      return 'Its workflow was not running.'
    case 'unreachable':
      return `Temporal (${connectionOptions.address}) could not be reached; end its workflow if it runs:\n  temporal workflow terminate --workflow-id ${id}`
  }
}
