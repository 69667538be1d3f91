import type { Db } from '../database/connect.ts'
import { UnusableAccountError, UserError } from '../errors.ts'
import { type Account, type Credentials, findAccount, readCredentials } from './account-store.ts'
import type { Keyring } from './encryption.ts'
import { parseSettings, type Settings } from './settings.ts'

/** An account with all that a sync needs of it. */
export interface UsableAccount {
  readonly account: Account
  readonly settings: Settings
  readonly credentials: Credentials
}

/**
 * @throws UserError if there is no such account; UnusableAccountError if its settings cannot be read, since a newer
 *   version or somebody's SQL wrote them, or its keys cannot be opened with the encryption keys at hand.
 */
export async function readUsableAccount(db: Db, keyring: Keyring, name: string): Promise<UsableAccount> {
  const { account, settings } = await readAccountWithSettings(db, name)
  const credentials = await usable('keys', '', () => readCredentials(db, keyring, name))
  return { account, settings, credentials }
}

/**
 * The same for what needs no keys.
 *
 * @throws UserError if there is no such account; UnusableAccountError if its settings cannot be read.
 */
export async function readAccountWithSettings(
  db: Db,
  name: string,
): Promise<Omit<UsableAccount, 'credentials'>> {
  const account = await findAccount(db, name)
  const settings = await usable('settings', `The settings of account ${name} cannot be read: `, () =>
    parseSettings(account.settings),
  )
  return { account, settings }
}

async function usable<T>(what: 'settings' | 'keys', prefix: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UnusableAccountError(`${prefix}${error.message}`, what)
  }
}
