import type { StreamName } from '../streams.ts'
import { advanceCursor, type Cursor } from './checkpoints.ts'
import { commitAhead, type PageBefore, standsAlone } from './commit-ahead.ts'
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
  readonly leaseEpoch: number
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
  /** The page was written before its turn, in vain: its rows are not what they were expected to be. */
  readonly inVain: boolean
}

/** Where a page stands among those of its list. */
export interface Place {
  /** The page before, where this one may be written while that is committed; null: it is committed, if there is one. */
  readonly before: PageBefore | null
  /** Told when this page is being committed, so far that the one behind it may begin to be written. */
  readonly onBegun: () => void
}

/**
 * Commits a page in one transaction: its rows, what follows from them, its rejects, the ids that it saw, its counters
 * and the cursor. All of it is kept, or nothing. Pages of a list are committed in their order.
 *
 * @throws FencedError if a newer attempt has taken the stream over, or the account is gone; what the page before has
 *   failed by.
 */
export async function commitPage(db: Db, commit: PageCommit, place: Place = alone): Promise<PageOutcome> {
  const { before, onBegun } = place
  if (before === null || !standsAlone(commit, before.ids)) {
    await before?.committed
    return await db.connection().execute((connection) => commitInTurn(connection, commit, onBegun))
  }
  // Not to hold a connection that the page before may need.
  await before.begun
  return await db.connection().execute(async (connection) => {
    const outcome = await commitAhead(connection, commit, before, onBegun)
    return outcome ?? { ...(await commitInTurn(connection, commit, onBegun)), inVain: true }
  })
}

const alone: Place = { before: null, onBegun: () => {} }

async function commitInTurn(connection: Db, commit: PageCommit, onBegun: () => void): Promise<PageOutcome> {
  const writeBy = async (write: Write) =>
    await connection.transaction().execute(async (trx) => await lockThenWrite(trx, commit, write, onBegun))
  try {
    return await writeBy(writeAll)
  } catch (error) {
    if (!isRefusedValue(error)) throw error
    // Only a page with a value that PostgreSQL refuses pays for the savepoints that find it.
    return await writeBy(carefully)
  }
}

async function lockThenWrite(
  trx: Db,
  commit: PageCommit,
  write: Write,
  onBegun: () => void,
): Promise<PageOutcome> {
  const { account, runId, looksUp, cursor } = commit
  const { state: accountState, blankDeletedBefore } = await lockAccount(trx, account)
  const now = await advanceCursor(trx, commit, cursor)
  onBegun()
  const { rejecting, waiting } = await readUnsettled(trx, account)
  const context = { account, now, waiting }
  const asks = looksUp ? 'unchanged' : 'stored'
  const writing = { trx, context, runId, blankDeletedBefore, rejecting, asks, write } as const
  const outcome = await writeRecords(writing, commit)
  await keepBooks(trx, commit, outcome)
  return { ...outcome, accountState, inVain: false }
}
