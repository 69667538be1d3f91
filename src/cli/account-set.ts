import { Command } from 'commander'
import { findAccount, updateSettings } from '../accounts/account-store.ts'
import { applyAssignments } from '../accounts/assignments.ts'
import { readEnvironment, temporalOf } from '../config.ts'
import { wakeWorkflow } from './account-workflow.ts'
import { afterChange } from './next-steps.ts'
import { print, printJson } from './output.ts'
import { withDatabase } from './with-database.ts'

const help = `
Values are JSON or plain text; null, or nothing after the =, brings the default back.

Examples:
  gem-ats-sync account set acme rate.requestsPerSecond=15 jobBoard=acme
  gem-ats-sync account set acme schedule.deltaEvery=30m retention.afterDays=180
  gem-ats-sync account set acme models=jobs,candidates,applications
  gem-ats-sync account set acme 'integrationFields=[{"model":"candidates","key":"badge","label":"Badge","path":"$.custom_id"}]'
  gem-ats-sync account set acme jobBoard=null`

export function accountSet(): Command {
  return new Command('set')
    .summary('change settings')
    .description('Changes settings of an account; all of them, or none if one is wrong.')
    .argument('<name>', 'the account')
    .argument('<setting=value...>', 'dotted key and value; account show lists all keys')
    .option('--json', 'print the result as JSON', false)
    .addHelpText('after', help)
    .action(set)
}

async function set(name: string, assignments: readonly string[], { json }: { json: boolean }): Promise<void> {
  const environment = readEnvironment()
  const temporal = temporalOf(environment)
  const settings = await withDatabase(environment, async (db) => {
    const { account } = await findAccount(db, name)
    return updateSettings(db, account, (stored) => applyAssignments(stored, assignments))
  })
  const told = await wakeWorkflow(temporal, name)
  if (json) return printJson({ account: name, settings, workflow: told.kind })
  print(`The settings of account ${name} are changed.`)
  print(afterChange(told, temporal, name))
}
