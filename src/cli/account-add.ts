import { Command } from 'commander'
import { checkAccountName } from '../accounts/account-name.ts'
import { type Credentials, checkNameIsFree, insertAccount } from '../accounts/account-store.ts'
import { applyAssignments } from '../accounts/assignments.ts'
import { proveKey } from '../accounts/prove-key.ts'
import { keyringOf, readEnvironment, temporalOf } from '../config.ts'
import { checkBaseUrl } from '../gem/base-url.ts'
import { startLine } from './next-steps.ts'
import { print, printJson } from './output.ts'
import { readKeys } from './read-keys.ts'
import { withDatabase } from './with-database.ts'

interface AddOptions {
  readonly baseUrl: string
  readonly allowInsecureBaseUrl: boolean
  readonly applicationSecret: boolean
  readonly json: boolean
}

const help = `
The API key is asked for, or is the first line of standard input; it is tried with one call to Gem, and stored
encrypted. Nothing is stored if the call fails.

Examples:
  gem-ats-sync account add acme
  gem-ats-sync account add acme < key.txt
  gem-ats-sync account add acme jobBoard=acme schedule.deltaEvery=1h
  gem-ats-sync account add acme --application-secret     # a partner's second key: asked for, or the second line
  gem-ats-sync account add toy --base-url http://127.0.0.1:8080 --allow-insecure-base-url   # a simulated Gem`

export function accountAdd(): Command {
  return new Command('add')
    .summary('add an account: asks for its API key and tries it')
    .description('Adds a Gem account.')
    .argument('<name>', 'your name for it: a-z, 0-9, _ and -')
    .argument('[setting=value...]', 'settings that differ from their defaults; account show lists them all')
    .option('--base-url <url>', 'where its Gem serves', 'https://api.gem.com')
    .option('--allow-insecure-base-url', 'allow http and private addresses, for a simulated Gem', false)
    .option('--application-secret', "also take a partner's application secret", false)
    .option('--json', 'print the result as JSON', false)
    .addHelpText('after', help)
    .action(add)
}

async function add(name: string, assignments: readonly string[], options: AddOptions): Promise<void> {
  const account = checkAccountName(name)
  const settings = applyAssignments({}, assignments)
  const baseUrl = checkBaseUrl(options.baseUrl, { allowInsecure: options.allowInsecureBaseUrl })
  const environment = readEnvironment()
  const temporal = temporalOf(environment)
  const credentials = await withDatabase(environment, async (db): Promise<Credentials> => {
    const keyring = keyringOf(environment)
    await checkNameIsFree(db, account)
    const keys = await readKeys({ withApplicationSecret: options.applicationSecret })
    const { allowInsecureBaseUrl } = options
    const proven = { ...keys, baseUrl: baseUrl.href.replace(/\/$/, ''), allowInsecureBaseUrl }
    await proveKey(proven)
    await insertAccount(db, keyring, { ...proven, account, settings })
    return proven
  })
  const start = startLine(temporal, account)
  if (options.json) return printJson({ account, base_url: credentials.baseUrl, settings, start })
  print(`Account ${account} is added: Gem at ${baseUrl.host} accepts its key, which is stored encrypted.`)
  print('Now start its workflow:')
  print(`  ${start}`)
}
