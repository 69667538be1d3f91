import type { StreamName } from '../streams.ts'
import { advanceCursor, type Cursor } from './checkpoints.ts'
import type { Db } from './connect.ts'
import type { AccountState, RunMode } from './database-types.ts'
import { keepBooks } from './keep-books.ts'
import { lockAccount } from './lock-account.ts'
import { isRefusedValue } from './refused-values.ts'
import { readUnsettled } from './unsettled.ts'
import {
  carefully,
  type PageRecords,
  type RecordsOutcome,
  type Write,
  writeAll,
  writeRecords,
} from './write-records.ts'

export interface PageCommit extends PageRecords {
  readonly account: string
  readonly runId: string
  readonly mode: RunMode
  readonly stream: StreamName
  /** From the lease of the attempt that read the page. */
  readonly fence: number
  /** Rows are likely to be stored as they are: worth a look before they are compared column by column. */
  readonly looksUp: boolean
  /** Where the next page begins. */
  readonly cursor: Cursor
  /** Asked when the page is committed: calls to Gem since the last commit, failed ones included. */
  readonly takeCalls: () => number
}

export interface PageOutcome extends RecordsOutcome {
  /** The account's state as the commit saw it: whether to go on. */
  readonly accountState: AccountState
}

/**
 * Commits a page in one transaction: its rows, what follows from them, its rejects, the ids that it saw, its counters
 * and the cursor. All of it is kept, or nothing.
 *
 * @throws FencedError if a newer attempt has taken the stream over, or the account is gone.
 */
export async function commitPage(db: Db, commit: PageCommit): Promise<PageOutcome> {
  const writeBy = async (write: Write) =>
    await db.transaction().execute(async (trx) => await lockThenWrite(trx, commit, write))
  try {
    return await writeBy(writeAll)
  } catch (error) {
    if (!isRefusedValue(error)) throw error
    // Only a page with a value that PostgreSQL refuses pays for the savepoints that find it.
    return await writeBy(carefully)
  }
}

async function lockThenWrite(trx: Db, commit: PageCommit, write: Write): Promise<PageOutcome> {
  const { account, runId, looksUp, cursor } = commit
  const { state: accountState, blankDeletedBefore } = await lockAccount(trx, account)
  const now = await advanceCursor(trx, commit, cursor)
  const { rejecting, waiting } = await readUnsettled(trx, account)
  const context = { account, now, waiting }
  const writing = { trx, context, runId, blankDeletedBefore, rejecting, looksUp, write }
  const outcome = await writeRecords(writing, commit)
  await keepBooks(trx, commit, outcome)
  return { ...outcome, accountState }
}
