import { Command } from 'commander'
import { type Account, findAccount } from '../accounts/account-store.ts'
import { settingDeclarations, settingKeys } from '../accounts/setting-declarations.ts'
import { parseSettings } from '../accounts/settings.ts'
import { flattenSettings, nestSettings } from '../accounts/stored-settings.ts'
import { readEnvironment } from '../config.ts'
import { print, printJson, printTable, showValue } from './output.ts'
import { withDatabase } from './with-database.ts'

export function accountShow(): Command {
  return new Command('show')
    .summary('show an account and all its settings')
    .description('Shows an account and all its settings, defaults included. Keys are never shown.')
    .argument('<name>', 'the account')
    .option('--json', 'print it as JSON', false)
    .action(show)
}

async function show(name: string, { json }: { json: boolean }): Promise<void> {
  const account = await withDatabase(readEnvironment(), (db) => findAccount(db, name))
  parseSettings(account.settings)
  const settings = flattenSettings(account.settings)
  for (const key of settingKeys) if (!settings.has(key)) settings.set(key, settingDeclarations[key].default)
  if (json) return printJson({ ...account, settings: nestSettings(settings) })
  showAccount(account)
  print('')
  const rows = settingKeys.map((key) => [
    key,
    showValue(settings.get(key)),
    showValue(settingDeclarations[key].default),
    settingDeclarations[key].meaning,
  ])
  printTable(['SETTING', 'VALUE', 'DEFAULT', 'MEANING'], rows)
}

function showAccount(account: Account): void {
  const { state, state_reason } = account
  print(`account: ${account.account}`)
  print(`state: ${state}${state_reason === null ? '' : ` (${state_reason})`}`)
  print(`Gem: ${account.base_url}${account.allow_insecure_base_url ? ' (insecure addresses allowed)' : ''}`)
  print(`API key: stored, encrypted with key ${account.encryption_key_id}`)
  print(`application secret: ${account.has_application_secret ? 'stored' : 'none'}`)
  print(`added: ${showValue(account.created_at)}, last changed: ${showValue(account.updated_at)}`)
}
