import type { StreamName } from '../streams.ts'
import { type Batch, mappedOf } from './batch.ts'
import { advanceCursorAsSeen, lookAtCommits } from './checkpoints.ts'
import type { PageCommit, PageOutcome } from './commit-page.ts'
import type { Db } from './connect.ts'
import { keepBooks } from './keep-books.ts'
import { lockAccount } from './lock-account.ts'
import { isRefusedValue } from './refused-values.ts'
import { resolveRejected } from './rejected-records.ts'
import type { WriteContext } from './rows.ts'
import { areUnsettled, readUnsettled } from './unsettled.ts'
import { writeAll, writeRecords } from './write-records.ts'

/** The page before, while it is being committed. */
export interface PageBefore {
  /** Of its records. */
  readonly ids: ReadonlySet<string>
  /** Resolves when it has its connection, and its time: what begins now is later, and holds up nothing that it needs. */
  readonly begun: PromiseLike<unknown>
  /** Resolves when it is committed; rejects if it is not, or no page may follow it. */
  readonly committed: PromiseLike<unknown>
}

/**
 * Commits a page that stands alone, and is written while the page before it is committed: the account is locked for a moment
 * only. It has to come to the same as if the page had been written in its turn:
 *
 * - What it writes is its own: new rows, which no other commit can see, let alone change, and from which no row of others
 *   follows. PostgreSQL refuses it if one of them is not new, or lacks a parent.
 * - What it has seen is so when its turn has come: nothing but the page before was committed in between, which has none
 *   of its rows, and left nothing that waits for them.
 * - Its time is later than that of all that is committed: `changed_at` tells the order of an account's commits.
 *
 * @returns null where that is not so: nothing of it is kept, and the page before is committed.
 * @throws what the page before has failed by.
 */
export async function commitAhead(
  connection: Db,
  commit: PageCommit,
  before: PageBefore,
  onBegun: () => void,
): Promise<PageOutcome | null> {
  try {
    return await connection
      .transaction()
      .execute(async (trx) => await writeThenLock(trx, commit, before, onBegun))
  } catch (error) {
    await before.committed
    if (error instanceof NotAsSeenError || isRefusedValue(error)) return null
    throw error
  }
}

async function writeThenLock(
  trx: Db,
  commit: PageCommit,
  { committed }: PageBefore,
  onBegun: () => void,
): Promise<PageOutcome> {
  const { account, runId } = commit
  const seen = await lookAtCommits(trx, commit)
  onBegun()
  mustHold(!seen.keepsBlank)
  const context = { account, now: seen.now, waiting: false }
  const nothingKept = { blankDeletedBefore: null, rejecting: new Set<StreamName>() }
  const outcome = await writeRecords(
    { trx, context, runId, ...nothingKept, asks: 'nothing', write: writeAll },
    commit,
  )
  await committed
  const { state: accountState, blankDeletedBefore } = await lockAccount(trx, account)
  mustHold(blankDeletedBefore === null)
  mustHold(await advanceCursorAsSeen(trx, commit, commit.cursor, seen))
  await settle(trx, context, commit)
  await keepBooks(trx, commit, outcome)
  return { ...outcome, accountState, inVain: false }
}

/** What the pages up to this one have left to be settled: rows that wait would follow this page's, a rejection only ends. */
async function settle(trx: Db, context: WriteContext, { page, embedded }: PageCommit): Promise<void> {
  const batches = embedded ? [page, embedded] : [page]
  const { rejecting, waiting } = await readUnsettled(trx, context.account)
  const ids = batches.flatMap(({ rows }) => rows.map(({ id }) => id))
  mustHold(!waiting || !(await areUnsettled(trx, ids)))
  for (const { stream, records } of batches) {
    const remoteIds = records.map(({ remoteId }) => remoteId)
    if (rejecting.has(stream)) await resolveRejected(trx, context, stream, remoteIds)
  }
}

/** Lists whose new rows concern no row of other pages: candidates bring their applications, interviews come last. */
export const aheadLists: ReadonlySet<StreamName> = new Set(['candidates', 'scheduled_interviews'])

/**
 * Whether a page may be written before its turn, as far as it tells by itself.
 *
 * @param others ids of the page before.
 */
export function standsAlone({ stream, page, embedded }: PageCommit, others: ReadonlySet<string>): boolean {
  if (!aheadLists.has(stream)) return false
  const own = new Set(page.rows.map(({ id }) => id))
  const isOwn = (batch: Batch) =>
    batch.records.every((record) => record.kind === 'mapped' && !others.has(record.id))
  if (embedded === null) return isOwn(page)
  return (
    isOwn(page) &&
    isOwn(embedded) &&
    mappedOf(embedded).every((copy) => own.has(copy.wanted.candidate_id ?? ''))
  )
}

/** The page has to be written in its turn. */
class NotAsSeenError extends Error {
  override readonly name = 'NotAsSeenError'
}

function mustHold(holds: boolean): void {
  if (!holds) throw new NotAsSeenError('the page has to be written in its turn')
}
