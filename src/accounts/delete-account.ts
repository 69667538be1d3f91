import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'
import { UserError } from '../errors.ts'
import { mainTables } from '../streams.ts'
import { checkAccountName } from './account-name.ts'
import { accountTables } from './left-over-rows.ts'

export interface DeleteOptions {
  /** Rows a statement. */
  readonly batchSize?: number
  /** Told after each batch: how many rows of which table are gone so far. */
  readonly onProgress?: (table: string, rows: number) => void
}

/**
 * Removes an account and everything that was read for it. Its row in `sync.accounts` goes first: from then on no
 * page can be committed and no run begun (both lock that row), so what is left can only shrink; checkpoints and the
 * limiter, a few rows, go with it. The rest follows in batches, children first. Interrupted, it goes on when it is called again; until it is done, no account of that
 * name can be added.
 *
 * @returns rows that were deleted, but for those that went with the account's own.
 * @throws UserError if there is neither such an account nor anything left of one.
 */
export async function deleteAccount(db: Db, account: string, options: DeleteOptions = {}): Promise<number> {
  const { batchSize = 5_000, onProgress = () => {} } = options
  const { numDeletedRows } = await db
    .deleteFrom('sync.accounts')
    .where('account', '=', checkAccountName(account))
    .executeTakeFirstOrThrow()
  let deleted = Number(numDeletedRows)
  for (const table of await accountTables(db)) {
    let ofTable = 0
    for (let batch = -1; batch !== 0; ) {
      batch = await deleteBatch(db, table, account, batchSize)
      ofTable += batch
      if (batch > 0) onProgress(table, ofTable)
    }
    deleted += ofTable
  }
  if (deleted === 0) {
    throw new UserError(`There is no account ${account}; gem-ats-sync account list shows those there are`)
  }
  return deleted
}

/** Deletes nothing once an account of that name exists again: its rows are not ours. */
async function deleteBatch(db: Db, table: string, account: string, size: number): Promise<number> {
  const name = sql.table(table)
  const { rows } = await sql<{ count: number }>`
    with gone as (
      delete from ${name} where ctid = any (array(
        select ctid from ${name} where account = ${account}
          and not exists (select from sync.accounts where account = ${account})
        limit ${size}))
      returning ${digested.has(table) ? sql`id` : sql`null::uuid as id`}
    ), forgotten as (
      delete from sync.record_digests where id = any (array(select id from gone))
    )
    select count(*) as count from gone`.execute(db)
  return rows[0]?.count ?? 0
}

/** Their rows have digests, which are known by the row's id alone. */
const digested = new Set(mainTables.map((table) => `ats.${table}`))
