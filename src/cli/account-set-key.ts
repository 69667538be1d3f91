import { Command } from 'commander'
import { type Account, findAccount, readCredentials, updateKey } from '../accounts/account-store.ts'
import type { Keyring } from '../accounts/encryption.ts'
import { proveKey } from '../accounts/prove-key.ts'
import { keyringOf, readEnvironment, temporalOf } from '../config.ts'
import type { Db } from '../database/connect.ts'
import { wakeWorkflow } from './account-workflow.ts'
import { afterChange } from './next-steps.ts'
import { print, printJson } from './output.ts'
import { readKeys } from './read-keys.ts'
import { withDatabase } from './with-database.ts'

interface SetKeyOptions {
  /** Undefined: whichever is stored stays. */
  readonly applicationSecret?: boolean
  readonly json: boolean
}

const help = `
The new key is asked for, or is the first line of standard input. It is tried with one call to Gem first; if that
fails, the old one stays. An account that waits for credentials goes on.

Examples:
  gem-ats-sync account set-key acme
  gem-ats-sync account set-key acme < key.txt
  gem-ats-sync account set-key acme --application-secret     # also a new secret: asked for, or the second line`

export function accountSetKey(): Command {
  return new Command('set-key')
    .summary('replace the API key')
    .description('Replaces the API key of an account.')
    .argument('<name>', 'the account')
    .option('--application-secret', "also replace the partner's application secret")
    .option('--no-application-secret', 'forget the application secret')
    .option('--json', 'print the result as JSON', false)
    .addHelpText('after', help)
    .action(setKey)
}

async function setKey(name: string, { applicationSecret, json }: SetKeyOptions): Promise<void> {
  const environment = readEnvironment()
  const temporal = temporalOf(environment)
  await withDatabase(environment, async (db) => {
    const keyring = keyringOf(environment)
    const account = await findAccount(db, name)
    const kept = applicationSecret === undefined ? await storedSecret(db, keyring, account) : null
    const given = await readKeys({ withApplicationSecret: applicationSecret === true })
    const keys = { ...given, applicationSecret: given.applicationSecret ?? kept }
    await proveKey({
      ...keys,
      baseUrl: account.base_url,
      allowInsecureBaseUrl: account.allow_insecure_base_url,
    })
    await updateKey(db, keyring, name, keys)
  })
  const told = await wakeWorkflow(temporal, name)
  if (json) return printJson({ account: name, workflow: told.kind })
  print(`The key of account ${name} is replaced: Gem accepts the new one.`)
  print(afterChange(told, temporal, name))
}

/** Opened only where there is one: a lost encryption key must not keep a new API key out. */
async function storedSecret(db: Db, keyring: Keyring, account: Account): Promise<string | null> {
  if (!account.has_application_secret) return null
  const { applicationSecret } = await readCredentials(db, keyring, account.account)
  return applicationSecret
}
