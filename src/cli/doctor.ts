import { Command } from 'commander'
import { checkAccountName } from '../accounts/account-name.ts'
import { paintState } from './colours.ts'
import type { Checked } from './doctor/check.ts'
import { checksFor } from './doctor/checks.ts'
import { runChecks } from './doctor/run-checks.ts'
import { Setup } from './doctor/setup.ts'
import { print, printJson } from './output.ts'
import { FAILED } from './report-error.ts'

interface DoctorOptions {
  readonly gem: boolean
  readonly json: boolean
}

const help = `
Looks at the environment, PostgreSQL, the encryption key, the accounts, Temporal and the workers; says what is wrong
and what to do. It leaves nothing changed. Exit code 1 if a check has failed; warnings are no failure.

No call is made to Gem, unless an account is named or --gem asks for all of them: one call each, none for an account
that is paused.

Examples:
  gem-ats-sync doctor
  gem-ats-sync doctor acme     # also tries the API key of acme
  gem-ats-sync doctor --gem    # also tries the API keys of all accounts`

export function doctor(): Command {
  return new Command('doctor')
    .summary('check the whole set-up, and say what to do')
    .description('Checks the whole set-up, and says what to do.')
    .argument('[account]', 'also try its API key with one call to Gem')
    .option('--gem', 'also try the API keys of all accounts', false)
    .option('--json', 'print the result as JSON', false)
    .addHelpText('after', help)
    .action(examine)
}

async function examine(name: string | undefined, { gem, json }: DoctorOptions): Promise<void> {
  const account = name === undefined ? null : checkAccountName(name)
  await using setup = new Setup(wantedKeys(account, gem))
  const found = await runChecks(checksFor(setup), setup)
  const result = worstOf(found)
  if (result === 'fail') process.exitCode = FAILED
  if (json) return printJson({ result, checks: found })
  const width = Math.max(...found.map(({ check }) => check.length)) + 2
  for (const checked of found) show(checked, width)
  print('')
  print(summaryOf(found))
}

function wantedKeys(account: string | null, all: boolean): Setup['gem'] {
  if (all) return 'all'
  return account === null ? null : { account }
}

function worstOf(found: readonly Checked[]): 'ok' | 'warn' | 'fail' {
  if (found.some(({ state }) => state === 'fail')) return 'fail'
  return found.some(({ state }) => state === 'warn') ? 'warn' : 'ok'
}

const stateWidth = 9

function show({ check, state, found, remedy }: Checked, nameWidth: number): void {
  print(`${paintState(state)}${' '.repeat(stateWidth - state.length)}${check.padEnd(nameWidth)}${found}`)
  if (remedy !== null) print(`${' '.repeat(stateWidth + nameWidth)}→ ${remedy}`)
}

function summaryOf(found: readonly Checked[]): string {
  const count = (wanted: Checked['state']) => found.filter(({ state }) => state === wanted).length
  return `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed, ${count('skipped')} skipped`
}
