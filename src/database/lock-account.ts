import { sql } from 'kysely'
import { FencedError } from '../errors.ts'
import type { Db } from './connect.ts'
import type { AccountState } from './database-types.ts'

/**
 * Makes the account's commits follow one another: a parent and a child that are committed side by side would each
 * miss the other. Between accounts nothing waits.
 *
 * @returns the account's state, for a pause to be noticed at each page.
 * @throws FencedError if the account has been removed.
 */
export async function lockAccount(trx: Db, account: string): Promise<AccountState> {
  const { rows } = await sql<{ state: AccountState }>`
    select state from sync.accounts where account = ${account} for no key update`.execute(trx)
  const [row] = rows
  if (row === undefined) throw new FencedError(`account ${account} has been removed`)
  return row.state
}
