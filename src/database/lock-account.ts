import { sql } from 'kysely'
import { FencedError } from '../errors.ts'
import type { Db } from './connect.ts'
import type { AccountState } from './database-types.ts'

export interface LockedAccount {
  readonly state: AccountState
  /** Candidates whose deletion was recorded by then are kept blank; null: none are. Retention moves it. */
  readonly blankDeletedBefore: Date | null
}

/**
 * Makes the account's commits follow one another: a parent and a child that are committed side by side would each
 * miss the other. Between accounts nothing waits.
 *
 * @returns what a commit looks at: the account's state, for a pause to be noticed at each page, and whom to keep blank.
 * @throws FencedError if the account has been removed.
 */
export async function lockAccount(trx: Db, account: string): Promise<LockedAccount> {
  const { rows } = await sql<LockedAccount>`
    select state, blank_deleted_before as "blankDeletedBefore" from sync.accounts
    where account = ${account} for no key update`.execute(trx)
  const [row] = rows
  if (row === undefined) throw new FencedError(`account ${account} has been removed`)
  return row
}
