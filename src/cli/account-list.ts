import { Command } from 'commander'
import { type Account, listAccounts } from '../accounts/account-store.ts'
import { readEnvironment } from '../config.ts'
import { print, printJson, printTable } from './output.ts'
import { withDatabase } from './with-database.ts'

export function accountList(): Command {
  return new Command('list')
    .summary('list all accounts and their states')
    .description('Lists all accounts and their states.')
    .option('--json', 'print them as JSON', false)
    .action(list)
}

async function list({ json }: { json: boolean }): Promise<void> {
  const accounts = await withDatabase(readEnvironment(), listAccounts)
  if (json) return printJson(accounts)
  if (accounts.length === 0) return print('There are no accounts yet; add one: gem-ats-sync account add NAME')
  printTable(['ACCOUNT', 'STATE', 'GEM', 'REASON'], accounts.map(toRow))
}

function toRow({ account, state, base_url, state_reason }: Account) {
  return [account, state, base_url, state_reason]
}
