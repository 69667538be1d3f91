import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'
import { unknownAccount } from './account-store.ts'
import type { Keyring } from './encryption.ts'
import { openCredentials, type SealedCredentials, sealedCredentials, sealKeys } from './sealed-credentials.ts'

export interface Resealed {
  /** Id of the encryption key that the credentials were sealed with. */
  readonly was: string
  /** False: it was the present one already, and nothing was written. */
  readonly changed: boolean
}

/**
 * Seals the stored credentials of an account with the present encryption key; both keys, or none. They are opened
 * first, also where nothing is to be done: what cannot be opened is never overwritten.
 *
 * Safe beside workers and `account set-key`: it replaces only what it has read, and looks again where that has changed.
 *
 * @throws UserError if there is no such account, or its credentials cannot be opened with the keys at hand.
 */
export async function resealCredentials(db: Db, keyring: Keyring, account: string): Promise<Resealed> {
  for (;;) {
    const row = await sealedCredentials(db).where('account', '=', account).executeTakeFirst()
    if (row === undefined) throw unknownAccount(account)
    const keys = openCredentials(keyring, row)
    const was = row.encryption_key_id
    if (was === keyring.current.id) return { was, changed: false }
    if (await replace(db, row, sealKeys(keyring, account, keys))) return { was, changed: true }
  }
}

/** @returns false if they are no longer what was read: somebody has stored others meanwhile. */
async function replace(
  db: Db,
  read: SealedCredentials,
  sealed: ReturnType<typeof sealKeys>,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('sync.accounts')
    .set({ ...sealed, updated_at: sql<Date>`clock_timestamp()` })
    .where('account', '=', read.account)
    .where('encryption_key_id', '=', read.encryption_key_id)
    .where('api_key', '=', read.api_key)
    .where('application_secret', 'is not distinct from', read.application_secret)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}
