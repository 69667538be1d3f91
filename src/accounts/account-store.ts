import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'
import type { AccountState } from '../database/database-types.ts'
import { FencedError, UserError } from '../errors.ts'
import { checkAccountName } from './account-name.ts'
import type { Keyring } from './encryption.ts'
import { isLeftOver } from './left-over-rows.ts'
import { nearest } from './nearest.ts'
import {
  type Credentials,
  type Keys,
  openCredentials,
  sealedCredentials,
  sealKeys,
} from './sealed-credentials.ts'
import type { StoredSettings } from './stored-settings.ts'

export type { Credentials, Keys } from './sealed-credentials.ts'

/** An account without its credentials. */
export interface Account {
  readonly account: string
  readonly base_url: string
  readonly allow_insecure_base_url: boolean
  /** As stored; `parseSettings` completes them. */
  readonly settings: StoredSettings
  readonly state: AccountState
  readonly state_reason: string | null
  readonly encryption_key_id: string
  /** Grows with each `account set-key`. */
  readonly key_version: number
  readonly has_application_secret: boolean
  readonly created_at: Date
  readonly updated_at: Date
}

export interface NewAccount extends Credentials {
  readonly account: string
  readonly settings: StoredSettings
}

/** @throws UserError if the name is taken, or an account of that name has not been removed completely. */
export async function insertAccount(db: Db, keyring: Keyring, added: NewAccount): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const inserted = await trx
      .insertInto('sync.accounts')
      .values({
        account: checkAccountName(added.account),
        base_url: added.baseUrl,
        allow_insecure_base_url: added.allowInsecureBaseUrl,
        settings: JSON.stringify(added.settings),
        ...sealKeys(keyring, added.account, added),
      })
      .onConflict((conflict) => conflict.column('account').doNothing())
      .returning('account')
      .executeTakeFirst()
    if (inserted === undefined) throw taken(added.account)
    await refuseLeftOver(trx, added.account)
  })
}

/** What `insertAccount` would refuse, before anybody is asked for a key. */
export async function checkNameIsFree(db: Db, account: string): Promise<void> {
  const found = await accounts(db).where('account', '=', checkAccountName(account)).executeTakeFirst()
  if (found !== undefined) throw taken(account)
  await refuseLeftOver(db, account)
}

/** @throws UserError if there is no such account. */
export async function findAccount(db: Db, account: string): Promise<Account> {
  const found = await accounts(db).where('account', '=', checkAccountName(account)).executeTakeFirst()
  if (found === undefined) throw unknownAccount(account, nearest(account, await listNames(db)))
  return found
}

async function listNames(db: Db): Promise<string[]> {
  const rows = await db.selectFrom('sync.accounts').select('account').execute()
  return rows.map(({ account }) => account)
}

/** All accounts by their names. */
export async function listAccounts(db: Db): Promise<Account[]> {
  return accounts(db).orderBy('account').execute()
}

/**
 * Replaces both keys. An account that waited for credentials is active again; which deletions the last full syncs held
 * back is forgotten, since nobody can confirm under one key what was seen under another.
 *
 * @throws UserError if there is no such account.
 */
export async function updateKey(db: Db, keyring: Keyring, account: string, keys: Keys): Promise<void> {
  const waited = sql<boolean>`state = 'NEEDS_CREDENTIALS'`
  const updated = await db
    .with('forgotten', (forgetting) =>
      forgetting.deleteFrom('sync.held_back_deletions').where('account', '=', account),
    )
    .updateTable('sync.accounts')
    .set({
      ...sealKeys(keyring, account, keys),
      key_compared: false,
      key_version: sql<number>`key_version + 1`,
      state: sql<AccountState>`case when ${waited} then 'ACTIVE' else state end`,
      state_reason: sql<string | null>`case when ${waited} then null else state_reason end`,
      updated_at: sql<Date>`clock_timestamp()`,
    })
    .where('account', '=', account)
    .returning('account')
    .executeTakeFirst()
  if (updated === undefined) throw unknownAccount(account)
}

/**
 * Changes the stored settings; of two changes at a time the second sees what the first left.
 *
 * @throws UserError if there is no such account, and whatever `change` throws; nothing is stored then.
 */
export async function updateSettings(
  db: Db,
  account: string,
  change: (stored: StoredSettings) => StoredSettings,
): Promise<StoredSettings> {
  return db.transaction().execute(async (trx) => {
    const found = await accounts(trx).where('account', '=', account).forNoKeyUpdate().executeTakeFirst()
    if (found === undefined) throw unknownAccount(account)
    const settings = change(found.settings)
    await trx
      .updateTable('sync.accounts')
      .set({ settings: JSON.stringify(settings), updated_at: sql<Date>`clock_timestamp()` })
      .where('account', '=', account)
      .execute()
    return settings
  })
}

/**
 * Mirrors the state that the account's workflow decided, with a line for people that says why.
 *
 * @throws FencedError if the account has been removed.
 */
export async function setAccountState(
  db: Db,
  account: string,
  state: AccountState,
  reason: string | null,
): Promise<void> {
  const updated = await db
    .updateTable('sync.accounts')
    .set({ state, state_reason: reason, updated_at: sql<Date>`clock_timestamp()` })
    .where('account', '=', account)
    .returning('account')
    .executeTakeFirst()
  if (updated === undefined) throw new FencedError(`account ${account} has been removed`)
}

/** What a client of Gem needs. @throws UserError if there is no such account, or its keys cannot be opened. */
export async function readCredentials(db: Db, keyring: Keyring, account: string): Promise<Credentials> {
  const row = await sealedCredentials(db).where('account', '=', account).executeTakeFirst()
  if (row === undefined) throw unknownAccount(account)
  return openCredentials(keyring, row)
}

export interface TriedCredentials {
  readonly account: string
  readonly encryptionKeyId: string
  /** Null: they cannot be opened. */
  readonly credentials: Credentials | null
  /** Why not, for people; null if they can. */
  readonly problem: string | null
}

/** Tries to open the keys of all accounts, by their names. */
export async function tryAllCredentials(db: Db, keyring: Keyring): Promise<TriedCredentials[]> {
  const rows = await sealedCredentials(db).orderBy('account').execute()
  return rows.map((row) => {
    const known = { account: row.account, encryptionKeyId: row.encryption_key_id }
    try {
      return { ...known, credentials: openCredentials(keyring, row), problem: null }
    } catch (error) {
      if (error instanceof UserError) return { ...known, credentials: null, problem: error.message }
      throw error
    }
  })
}

function accounts(db: Db) {
  return db
    .selectFrom('sync.accounts')
    .select(['account', 'base_url', 'allow_insecure_base_url', 'settings', 'state', 'state_reason'])
    .select(['encryption_key_id', 'key_version', 'created_at', 'updated_at'])
    .select(sql<boolean>`application_secret is not null`.as('has_application_secret'))
}

/** A new account must not inherit the rows and watermarks of one that had its name: it may be another company's. */
async function refuseLeftOver(db: Db, account: string): Promise<void> {
  if (!(await isLeftOver(db, account))) return
  throw new UserError(
    `An earlier account ${account} has not been removed completely; finish that first: gem-ats-sync account remove ${account}`,
  )
}

function taken(account: string): UserError {
  return new UserError(
    `There is an account ${account} already; gem-ats-sync account set-key ${account} changes its key, ` +
      `gem-ats-sync account set ${account} its settings`,
  )
}

export function unknownAccount(account: string, meant: string | null = null): UserError {
  const question = meant === null ? '' : `did you mean ${meant}? `
  return new UserError(
    `There is no account ${account}; ${question}gem-ats-sync account list shows those there are, ` +
      `gem-ats-sync account add ${account} adds it`,
  )
}
