import { sql } from 'kysely'
import { type DeadEnd, FencedError } from '../errors.ts'
import type { PassTally, Shortfall, ShortRuns } from '../gem/completeness.ts'
import type { ListReading } from '../gem/list-reading.ts'
import type { PageSize } from '../gem/page-size.ts'
import type { StreamName } from '../streams.ts'
import type { Db } from './connect.ts'

/**
 * What of a stream is being read:
 *
 *     full:   whole ─→ window… ─→ absences ─→ done        (whole again where rows slipped through the pages)
 *     delta:  window… ─→ done, or whole ─→ done for lists that are small or were never read
 */
export type Step =
  /** The whole list. */
  | { readonly kind: 'whole' }
  /** The list, narrowed by one of the stream's delta filters. */
  | { readonly kind: 'window'; readonly filter: number }
  /** A second look at the rows that the whole list did not show. */
  | { readonly kind: 'absences' }
  | { readonly kind: 'done' }

/** A page that failed. */
export interface FailedPlace {
  readonly step: Step
  readonly offset: number
  readonly perPage: number
}

/** How far a stream has been read in a run. It moves only in the transaction that commits the rows it has passed. */
export interface Cursor {
  readonly step: Step
  /** Rows of this step that are committed: the next page begins here, whatever its size. */
  readonly offset: number
  readonly size: PageSize
  /** What the pages of this step before the offset have shown. */
  readonly reading: ListReading
  /** Where an earlier attempt found that the list cannot be read on; null where none did. */
  readonly deadEnd: DeadEnd | null
  /** The last place at which the list has failed and which was not read since; null: there is none. */
  readonly failedAt: FailedPlace | null
  /** Gem's clock when the stream's first page was answered, ISO 8601; null before. */
  readonly startedAt: string | null
  /** Begin of the delta's window, ISO 8601; null: there is none to read from. */
  readonly since: string | null
  /** Which reading of the whole list this is, from 0. */
  readonly round: number
  /** Readings that showed as many rows as Gem said there are. */
  readonly completeRounds: number
  /** Rows that Gem said the list has, when it answered the latest page; null where it does not say. */
  readonly total: number | null
  /** The pass under way, and what its pages have told. */
  readonly pass: PassTally
  /** This step is read once more: rows that were announced to the pass before it, which came short of them. Else null. */
  readonly expected: number | null
  /** The first step that came short of its total even when it was read once more; null: none did. */
  readonly shortfall: Shortfall | null
  /** Each step that has been read was proven whole by its total. */
  readonly isProven: boolean
  /** Runs before this one that came short. */
  readonly shortRuns: ShortRuns | null
  /** Pages that were read again because the list had shrunk between two of them. */
  readonly stepsBack: number
  /** Records of this run without a readable id: they may be any of the rows that seem absent. */
  readonly unreadable: number
  /** Why rows that seem absent are left alone, for people; null while nothing speaks against marking them. */
  readonly keepAbsent: string | null
  /** The second look may mark rows: the guard against mass deletion has let them through. */
  readonly cleared: boolean
  /** The whole list has been read again because it had shifted under the reader: once a run. */
  readonly readAgain: boolean
  /** A second look has found a row that the pages had not shown: others may have slipped through with it. */
  readonly drifted: boolean
}

export interface Lease {
  readonly leaseEpoch: number
  readonly cursor: Cursor
}

/** Who asks for a stream. Of a run's attempts the one at a later slice is newer, then the later one at the same slice. */
export interface Claim {
  readonly account: string
  readonly stream: StreamName
  readonly runId: string
  /** The how manieth slice of the run. */
  readonly slice: number
  /** The how manieth attempt at it. */
  readonly attempt: number
}

/**
 * Takes a stream over: whoever held it before can commit no more. The cursor goes on where this run left it; a run
 * that begins gets the given one, with the page size that worked last and the places at which the list led nowhere or failed. An
 * account that has been removed has no run, and PostgreSQL refuses what slips through (foreign key).
 *
 * @throws FencedError for an attempt that was held up until a newer one had begun, or its run had ended.
 */
export async function takeLease(db: Db, claim: Claim, initial: Cursor): Promise<Lease> {
  const { account, stream, runId, slice, attempt } = claim
  const { rows } = await sql<Lease>`
    insert into sync.checkpoints as c (account, stream, run_id, cursor, lease_epoch, slice, attempt)
    select ${account}, ${stream}, id, ${JSON.stringify(initial)}::jsonb, 1, ${slice}, ${attempt}
      from sync.runs where id = ${runId} and state = 'RUNNING'
    on conflict (account, stream) do update set
      run_id = excluded.run_id, lease_epoch = c.lease_epoch + 1, slice = excluded.slice, attempt = excluded.attempt,
      updated_at = clock_timestamp(),
      cursor = case when c.run_id = excluded.run_id then c.cursor
        else excluded.cursor || jsonb_build_object(
          'size', coalesce(c.cursor -> 'size', excluded.cursor -> 'size'),
          'deadEnd', coalesce(c.cursor -> 'deadEnd', excluded.cursor -> 'deadEnd'),
          'failedAt', coalesce(c.cursor -> 'failedAt', excluded.cursor -> 'failedAt')) end
      where c.run_id is distinct from excluded.run_id or (c.slice, c.attempt) < (excluded.slice, excluded.attempt)
    returning lease_epoch as "leaseEpoch", cursor`.execute(db)
  const [lease] = rows
  if (lease === undefined) throw fenced({ account, stream })
  return lease
}

/** What earlier runs have left of a stream. */
export interface Earlier {
  /** Where the previous finished read of the stream began, less the overlap; null if there was none. */
  readonly watermark: Date | null
  readonly shortRuns: ShortRuns | null
}

export async function readEarlier(db: Db, account: string, stream: StreamName): Promise<Earlier> {
  const row = await db
    .selectFrom('sync.checkpoints')
    .select(['watermark', 'short_runs as shortRuns'])
    .where('account', '=', account)
    .where('stream', '=', stream)
    .executeTakeFirst()
  return row ?? { watermark: null, shortRuns: null }
}

/** An attempt's hold on a stream. */
export interface Holding {
  readonly account: string
  readonly stream: StreamName
  /** Lease epochs begin anew for an account that is removed and added again: only both tell attempts apart. */
  readonly runId: string
  readonly leaseEpoch: number
}

/** On `sync.checkpoints`: whether the attempt may still write. No newer one has begun, and its run has not been closed. */
export const isHeld = ({ account, stream, runId, leaseEpoch }: Holding) => sql<boolean>`
  (account = ${account} and stream = ${stream} and run_id = ${runId} and lease_epoch = ${leaseEpoch})`

/**
 * Makes sure that the attempt may write, until the end of the caller's transaction.
 *
 * @throws FencedError if it may not.
 */
export async function verifyLease(trx: Db, holding: Holding): Promise<void> {
  const { rows } = await sql`select from sync.checkpoints where ${isHeld(holding)} for no key update`.execute(
    trx,
  )
  if (rows.length === 0) throw fenced(holding)
}

/** Ends all leases of a run: within the transaction that closes it, while the account is locked. */
export async function endLeases(trx: Db, account: string, runId: string): Promise<void> {
  await sql`
    update sync.checkpoints set lease_epoch = lease_epoch + 1
    where account = ${account} and run_id = ${runId}`.execute(trx)
}

/**
 * Moves the cursor within the caller's transaction.
 *
 * @returns PostgreSQL's clock: the time of this commit, for `changed_at`.
 * @throws FencedError if a newer attempt has taken the stream over; nothing of the transaction may be kept.
 */
export async function advanceCursor(trx: Db, holding: Holding, cursor: Cursor): Promise<string> {
  const { rows } = await sql<{ now: string }>`
    update sync.checkpoints set cursor = ${JSON.stringify(cursor)}::jsonb, updated_at = clock_timestamp()
    where ${isHeld(holding)}
    returning updated_at::text as now`.execute(trx)
  const [row] = rows
  if (row === undefined) throw fenced(holding)
  return row.now
}

/** What of an account's commits is seen without its lock. */
export interface SeenCommits {
  /** PostgreSQL's clock: a time for `changed_at`, later than that of all commits that were seen. */
  readonly now: string
  /** The latest time at which another stream of the account was committed to; null: at none. */
  readonly others: string | null
  /** Some of the account's candidates are kept blank. */
  readonly keepsBlank: boolean
}

export async function lookAtCommits(
  trx: Db,
  { account, stream }: Pick<Holding, 'account' | 'stream'>,
): Promise<SeenCommits> {
  const { rows } = await sql<SeenCommits>`
    select clock_timestamp()::text as now, ${othersOf(account, stream)} as others, blank_deleted_before is not null as "keepsBlank"
    from sync.accounts where account = ${account}`.execute(trx)
  const [row] = rows
  if (row === undefined) throw fenced({ account, stream })
  return row
}

/**
 * Moves the cursor as `advanceCursor` does, to the time that was seen, if that still is the latest, and no other stream of
 * the account was committed to since. Asked while the account is locked.
 *
 * @returns whether it was so.
 */
export async function advanceCursorAsSeen(
  trx: Db,
  holding: Holding,
  cursor: Cursor,
  { now, others }: SeenCommits,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update sync.checkpoints set cursor = ${JSON.stringify(cursor)}::jsonb, updated_at = ${now}::timestamptz
    where ${isHeld(holding)} and updated_at < ${now}::timestamptz
      and ${othersOf(holding.account, holding.stream)} is not distinct from ${others}`.execute(trx)
  return numAffectedRows === 1n
}

const othersOf = (account: string, stream: StreamName) => sql`(
  select max(updated_at)::text from sync.checkpoints where account = ${account} and stream <> ${stream})`

export function fenced({ account, stream }: Pick<Holding, 'account' | 'stream'>): FencedError {
  return new FencedError(
    `${account}/${stream}: a newer attempt has taken this stream over, or its run has ended`,
  )
}

/** Keeps what an attempt has learned of a list, for the next attempt of the same run; not if it may not write any more. */
export async function saveLearned(
  db: Db,
  holding: Holding,
  learn: (cursor: Cursor) => Partial<Pick<Cursor, 'size' | 'deadEnd' | 'failedAt'>>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ cursor: Cursor }>`
      select cursor from sync.checkpoints where ${isHeld(holding)} for no key update`.execute(trx)
    const [row] = rows
    if (row === undefined) return
    const learned = JSON.stringify(learn(row.cursor))
    await sql`update sync.checkpoints set cursor = cursor || ${learned}::jsonb where ${isHeld(holding)}`.execute(
      trx,
    )
  })
}
