import { sql } from 'kysely'
import { FencedError } from '../errors.ts'
import type { PageSize } from '../gem/page-size.ts'
import type { StreamName } from '../streams.ts'
import type { Db } from './connect.ts'

/** How far a stream has been read in a run. It moves only in the transaction that commits the rows it has passed. */
export interface Cursor {
  /** Which of the stream's passes (a delta of applications reads the list once for each of its filters). */
  readonly pass: number
  /** Rows of this pass that are committed: the next page begins here, whatever its size. */
  readonly offset: number
  readonly size: PageSize
  /** Gem's clock when the stream's first page was answered, ISO 8601; null before. */
  readonly startedAt: string | null
  /** Begin of the delta's window, ISO 8601; null when the whole list is read. */
  readonly since: string | null
  /** Every pass has been read to its end. */
  readonly done: boolean
}

export interface Lease {
  readonly fence: number
  readonly cursor: Cursor
}

/**
 * Takes a stream over: whoever held it before can commit no more. The cursor goes on where this run left it; a run
 * that begins gets the given one.
 */
export async function takeLease(
  db: Db,
  account: string,
  stream: StreamName,
  runId: string,
  initial: Cursor,
): Promise<Lease> {
  const { rows } = await sql<Lease>`
    insert into sync.checkpoints as c (account, stream, run_id, cursor, fence)
    values (${account}, ${stream}, ${runId}, ${JSON.stringify(initial)}::jsonb, 1)
    on conflict (account, stream) do update set
      run_id = excluded.run_id, fence = c.fence + 1, updated_at = clock_timestamp(),
      cursor = case when c.run_id = excluded.run_id then c.cursor else excluded.cursor end
    returning fence, cursor`.execute(db)
  const [lease] = rows
  if (lease === undefined) throw new Error(`no checkpoint for ${account}/${stream}`)
  return lease
}

/** Where the previous finished read of the stream began, less the overlap; null if there was none. */
export async function readWatermark(db: Db, account: string, stream: StreamName): Promise<Date | null> {
  const row = await db
    .selectFrom('sync.checkpoints')
    .select('watermark')
    .where('account', '=', account)
    .where('stream', '=', stream)
    .executeTakeFirst()
  return row?.watermark ?? null
}

/**
 * Moves the cursor within the caller's transaction.
 *
 * @returns PostgreSQL's clock: the time of this commit, for `changed_at`.
 * @throws FencedError if a newer attempt has taken the stream over; nothing of the transaction may be kept.
 */
export async function advanceCursor(
  trx: Db,
  account: string,
  stream: StreamName,
  fence: number,
  cursor: Cursor,
): Promise<string> {
  const { rows } = await sql<{ now: string }>`
    update sync.checkpoints set cursor = ${JSON.stringify(cursor)}::jsonb, updated_at = clock_timestamp()
    where account = ${account} and stream = ${stream} and fence = ${fence}
    returning updated_at::text as now`.execute(trx)
  const [row] = rows
  if (row === undefined)
    throw new FencedError(`${account}/${stream}: a newer attempt has taken this stream over`)
  return row.now
}

/**
 * Keeps a page size that an attempt has learned, for the next attempt of the same run. The rows are not concerned,
 * so a fenced attempt does no harm.
 */
export async function saveSize(
  db: Db,
  account: string,
  stream: StreamName,
  runId: string,
  change: (size: PageSize) => PageSize,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ cursor: Cursor }>`
      select cursor from sync.checkpoints
      where account = ${account} and stream = ${stream} and run_id = ${runId} for update`.execute(trx)
    const [row] = rows
    if (row === undefined) return
    const size = JSON.stringify(change(row.cursor.size))
    await sql`
      update sync.checkpoints set cursor = jsonb_set(cursor, '{size}', ${size}::jsonb)
      where account = ${account} and stream = ${stream}`.execute(trx)
  })
}
