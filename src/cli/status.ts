import { Command } from 'commander'
import { ignoredVariables, readEnvironment } from '../config.ts'
import { print, printJson, printWarning } from './output.ts'
import { viewAccount, viewAccounts } from './status/views.ts'

interface StatusOptions {
  readonly watch: boolean
  readonly json: boolean
}

const help = `
Asks the workflows; what does not answer (Temporal or the worker is away, or it was never started) is shown as the
database knows it.

A bar stands where the length of a list is known: Gem says it, or the last full sync has found it.
--watch shows it again each second, until Ctrl-C (exit code 130): in place at a terminal, else a line for each change.
With --json it prints one JSON object a second, each on a line.

Examples:
  gem-ats-sync status
  gem-ats-sync status acme
  gem-ats-sync status acme --watch`

export function status(): Command {
  return new Command('status')
    .summary('show how far the syncs are, of all accounts or one')
    .description('Shows how far the syncs are: of all accounts, or of one with each of its lists.')
    .argument('[account]', 'the account; without it, all')
    .option('--watch', 'show it again each second, until Ctrl-C', false)
    .option('--json', 'print it as JSON', false)
    .addHelpText('after', help)
    .action(show)
}

async function show(name: string | undefined, { watch: keepsOn, json }: StatusOptions): Promise<void> {
  const environment = readEnvironment()
  if (environment.unknown.length > 0) printWarning(ignoredVariables(environment.unknown))
  const look = () => (name === undefined ? viewAccounts(environment) : viewAccount(environment, name))
  // A name or an address that is wrong from the start ends it with that.
  const view = await look()
  if (keepsOn) {
    const { watch } = await import('./status/watch.ts')
    return watch(look, json)
  }
  if (json) return printJson(view.json)
  for (const line of view.screen) print(line)
}
