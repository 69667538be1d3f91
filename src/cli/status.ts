import { Command } from 'commander'
import { type Account, findAccount } from '../accounts/account-store.ts'
import { parseSettings } from '../accounts/settings.ts'
import { readEnvironment, temporalOf } from '../config.ts'
import { type Rate, readLearnedRate } from '../database/rate-limit.ts'
import { countRejected, totalOf } from '../database/rejected-records.ts'
import { isJsonObject } from '../json.ts'
import { type Outcome, queryStatus } from './account-workflow.ts'
import { startLine } from './next-steps.ts'
import { print, printJson } from './output.ts'
import { recentRuns } from './recent-runs.ts'
import { showObject } from './show-object.ts'
import { withDatabase } from './with-database.ts'

const help = `
Asks the account's workflow; if that does not answer (Temporal or the worker is away, or it was never started), shows
the newest runs from the database.

Example:
  gem-ats-sync status acme`

export function status(): Command {
  return new Command('status')
    .summary('show how far the sync of an account is')
    .description('Shows how far the sync of an account is.')
    .argument('<name>', 'the account')
    .option('--json', 'print it as JSON', false)
    .addHelpText('after', help)
    .action(show)
}

async function show(name: string, { json }: { json: boolean }): Promise<void> {
  const environment = readEnvironment()
  const temporal = temporalOf(environment)
  const { known, account, learned } = await withDatabase(environment, async (db) => {
    const account = await findAccount(db, name)
    const known = {
      rejected: totalOf(await countRejected(db, account.account)),
      ...(await recentRuns(db, account.account)),
    }
    return { account, known, learned: await readLearnedRate(db, account.account, rateOf(account)) }
  })
  const answer = await queryStatus(temporal, name)
  const workflow = answer.kind === 'done' ? answer.value : null
  const { state, state_reason } = account
  if (json)
    return printJson({
      ...{ account: name, state, state_reason, workflow, silent: silenceOf(answer) },
      ...{ learned_rate: learned, ...known },
    })
  const rate = learned === null ? {} : { rate: describeRate(learned, rateOf(account)) }
  if (isJsonObject(workflow)) return showObject({ ...workflow, ...rate })
  print(`The workflow gives no answer: ${silenceOf(answer)}. What the database knows:`)
  showObject({ account: name, state, reason: state_reason, ...rate, ...known })
  if (answer.kind === 'not-running') print(`\nStart it:\n  ${startLine(temporal, name)}`)
}

function rateOf({ settings }: Account): Rate {
  const { requestsPerSecond, burst } = parseSettings(settings).rate
  return { perSecond: requestsPerSecond, burst }
}

function describeRate(learned: Rate, settings: Rate): string {
  const inWords = ({ perSecond, burst }: Rate) =>
    `${perSecond.toFixed(1)} calls a second, ${Math.floor(burst)} at once`
  return `${inWords(learned)}: learned from Gem's 429s, the settings allow ${inWords(settings)}`
}

function silenceOf(answer: Outcome<unknown>): string | null {
  switch (answer.kind) {
    case 'done':
      return null
    case 'not-running':
      return 'it does not run'
    case 'unreachable':
      return answer.why
  }
}
