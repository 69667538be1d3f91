import { type Account, findAccount } from '../accounts/account-store.ts'
import type { Keyring } from '../accounts/encryption.ts'
import type { Settings } from '../accounts/settings.ts'
import { readUsableAccount } from '../accounts/usable-account.ts'
import type { Db } from '../database/connect.ts'
import { UnusableAccountError } from '../errors.ts'
import type { AccountSchedule, LoadedAccount } from './account.types.ts'

export interface LoadContext {
  readonly db: Db
  readonly keyring: Keyring
  readonly hasSearchAttributes: boolean
}

/**
 * How to plan the account's syncs, or what stands in their way.
 *
 * @throws UserError if there is no such account.
 */
export async function loadAccount(
  { db, keyring, hasSearchAttributes }: LoadContext,
  name: string,
): Promise<LoadedAccount> {
  try {
    const { account, settings } = await readUsableAccount(db, keyring, name)
    return {
      ...foundOf(account),
      hasSearchAttributes,
      schedule: scheduleOf(settings),
      obstacle: null,
    }
  } catch (error) {
    if (!(error instanceof UnusableAccountError)) throw error
    return {
      ...foundOf(await findAccount(db, name)),
      hasSearchAttributes,
      schedule: null,
      obstacle: { kind: error.what, why: error.message },
    }
  }
}

const foundOf = ({ state, state_reason, key_version }: Account) => ({
  mirrored: { state, reason: state_reason },
  keyVersion: key_version,
})

const scheduleOf = ({ models, schedule, rate, retention }: Settings): AccountSchedule => ({
  models,
  deltaEveryMs: schedule.deltaEveryMs,
  fullEveryMs: schedule.fullEveryMs,
  maxInFlight: rate.maxInFlight,
  retention,
})
