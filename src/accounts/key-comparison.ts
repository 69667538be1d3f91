import { sql } from 'kysely'
import { type Holding, verifyLease } from '../database/checkpoints.ts'
import type { Db } from '../database/connect.ts'
import { lockAccount } from '../database/lock-account.ts'

/**
 * Whether the account's present key has been found to show rows that are mirrored already. `version` tells whether the
 * account has been changed since.
 */
export interface KeyComparison {
  readonly compared: boolean
  readonly version: string
}

/** An account that is gone counts as compared: whatever is to be written for it is refused anyway. */
export async function readKeyComparison(db: Db, account: string): Promise<KeyComparison> {
  const { rows } = await sql<KeyComparison>`
    select key_compared as compared, xmin::text as version from sync.accounts where account = ${account}`.execute(
    db,
  )
  return rows[0] ?? { compared: true, version: '' }
}

/**
 * Does nothing if the account has been changed meanwhile: it may be another key by now.
 *
 * @throws FencedError if whoever has compared may not write any more.
 */
export async function markKeyCompared(db: Db, holding: Holding, { version }: KeyComparison): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lockAccount(trx, holding.account)
    await verifyLease(trx, holding)
    await sql`
      update sync.accounts set key_compared = true
      where account = ${holding.account} and xmin::text = ${version}`.execute(trx)
  })
}
