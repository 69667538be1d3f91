import { sql } from 'kysely'
import type { FinishRunInput } from '../activities/account.types.ts'
import type { StreamCounts } from '../activities/slice.types.ts'
import { FencedError } from '../errors.ts'
import type { ShortRuns } from '../gem/completeness.ts'
import { joinTables, models } from '../mappers/registry.ts'
import type { StreamName } from '../streams.ts'
import { endLeases, fenced, type Holding, isHeld } from './checkpoints.ts'
import type { Db } from './connect.ts'
import type { RunMode, RunState, RunTrigger, StreamState } from './database-types.ts'
import { lockAccount } from './lock-account.ts'
import { countRejected, resolveGone, totalOf } from './rejected-records.ts'

export interface NewRun {
  readonly id: string
  readonly account: string
  readonly mode: RunMode
  readonly trigger: RunTrigger
  readonly models: readonly string[]
}

/**
 * Records that a run begins; a second call with the same id changes nothing. Runs that an earlier workflow left
 * RUNNING are closed: only one run of an account can be under way.
 *
 * @throws FencedError if the run has ended, or the account has been removed.
 */
export async function beginRun(db: Db, run: NewRun): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lockAccount(trx, run.account)
    const begun = await trx
      .insertInto('sync.runs')
      .values({
        ...run,
        models: [...run.models],
        state: 'RUNNING',
        started_at: sql<Date>`clock_timestamp()`,
        finished_at: null,
        error: null,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .returning('id')
      .executeTakeFirst()
    if (begun === undefined) await mustBeRunning(trx, run.account, run.id)
    else await closeAbandonedRuns(trx, run)
  })
}

async function closeAbandonedRuns(trx: Db, { account, id }: NewRun): Promise<void> {
  const abandoned = await trx
    .selectFrom('sync.runs')
    .select('id')
    .where('account', '=', account)
    .where('state', '=', 'RUNNING')
    .where('id', '<>', id)
    .execute()
  const outcome = { state: 'CANCELLED', error: 'the workflow ended before the run did' } as const
  for (const run of abandoned) await closeRun(trx, { account, runId: run.id, streams: [] }, outcome)
}

interface RunOutcome {
  readonly state: RunState
  readonly error: string | null
}

interface ClosingRun {
  readonly account: string
  readonly runId: string
  readonly streams: readonly StreamOutcome[]
}

/**
 * Closes a run that is under way and all that it left open, while the account is locked, and tells listeners of the channel
 * `gem_ats_sync`: `{account, run, state, changed}`.
 */
async function closeRun(
  trx: Db,
  { account, runId, streams }: ClosingRun,
  outcome: RunOutcome,
): Promise<void> {
  await trx
    .updateTable('sync.runs')
    .set({ ...outcome, finished_at: sql<Date>`clock_timestamp()` })
    .where('id', '=', runId)
    .execute()
  await closeStreams(trx, account, runId, streams)
  const changed = await changedTables(trx, account, runId)
  const message = JSON.stringify({ account, run: runId, state: outcome.state, changed })
  await sql`select pg_notify('gem_ats_sync', ${message})`.execute(trx)
}

/**
 * Closes what a run leaves open: the leases of its attempts, its streams, the ids that it saw. Streams of which nothing is
 * told were cut off.
 */
async function closeStreams(
  trx: Db,
  account: string,
  runId: string,
  outcomes: readonly StreamOutcome[],
): Promise<void> {
  // First: an attempt locks its checkpoint before its stream.
  await endLeases(trx, account, runId)
  await endOpenStreams(trx, runId, outcomes)
  await sql`
    update sync.run_streams set state = 'CANCELLED', finished_at = clock_timestamp()
    where run_id = ${runId} and state = 'RUNNING'`.execute(trx)
  await sql`delete from sync.seen_pages where run_id = ${runId}`.execute(trx)
}

/** @throws FencedError if the run has ended, or is not there: an older backup has been restored. */
async function mustBeRunning(trx: Db, account: string, runId: string): Promise<void> {
  const run = await readRun(trx, account, runId)
  if (run.state !== 'RUNNING') throw new FencedError(`the run ${runId} has ended ${run.state}`)
}

async function readRun(trx: Db, account: string, runId: string) {
  const run = await trx
    .selectFrom('sync.runs')
    .select(['state', 'error', 'started_at'])
    .where('id', '=', runId)
    .where('account', '=', account)
    .executeTakeFirst()
  if (run === undefined) throw new FencedError(`the run ${runId} is not in the database any more`)
  return run
}

/**
 * Records that a stream of a run begins, or that it did before.
 *
 * @throws FencedError if the run is not there: its account was removed, or an older backup has been restored.
 */
export async function beginStream(db: Db, runId: string, stream: StreamName): Promise<void> {
  const { rows } = await sql`
    with begun as (
      insert into sync.run_streams (run_id, stream, state, started_at)
      select id, ${stream}, 'RUNNING', clock_timestamp() from sync.runs where id = ${runId}
      on conflict (run_id, stream) do update set state = 'RUNNING', finished_at = null, error = null
        where run_streams.state <> 'RUNNING'
    )
    select from sync.runs where id = ${runId}`.execute(db)
  if (rows.length === 0) throw new FencedError(`the run ${runId} is not in the database any more`)
}

export interface StreamCompletion extends Holding {
  readonly overlapMs: number
  readonly movesWatermark: boolean
  /** What a person has to look at although the rows are right; null if nothing. */
  readonly problem: string | null
  /** What is odd although the stream has done well; null if nothing is. */
  readonly warning: string | null
  /** Runs that came short of the total, this one included; null: none, or a full sync has agreed with it. */
  readonly shortRuns: ShortRuns | null
  /** The whole list was shown: what it did not show is gone. */
  readonly isWhole: boolean
}

/**
 * A stream has been read to its end: closes it, ends the rejection of records that are gone, and stores where the next
 * delta's window begins, in one transaction. That is where the run began by Gem's clock, less the overlap; a clock that
 * went back counts as what it said. How fresh the rows are is told by PostgreSQL's clock.
 *
 * @throws FencedError if a newer attempt has taken the stream over.
 */
export async function completeStream(db: Db, completion: StreamCompletion): Promise<void> {
  const { runId, stream, overlapMs, movesWatermark, problem, warning, isWhole } = completion
  const shortRuns = completion.shortRuns && JSON.stringify(completion.shortRuns)
  await db.transaction().execute(async (trx) => {
    const { numAffectedRows } = await sql`
      update sync.checkpoints c set updated_at = clock_timestamp(), watermark = case when ${movesWatermark} then coalesce(
        (select least(r.gem_started_at, (c.cursor ->> 'startedAt')::timestamptz) from sync.runs r where r.id = ${runId})
          - make_interval(secs => ${overlapMs / 1000}), watermark) else watermark end,
        short_runs = ${shortRuns}::jsonb,
        fresh_at = case when ${movesWatermark} then
          (select started_at from sync.run_streams s where s.run_id = ${runId} and s.stream = c.stream) else fresh_at end
      where ${isHeld(completion)}`.execute(trx)
    if (numAffectedRows !== 1n) throw fenced(completion)
    if (isWhole) await resolveGone(trx, completion)
    await sql`
      update sync.run_streams set state = ${problem === null ? 'SUCCEEDED' : 'FAILED'}, error = ${problem},
        warnings = warnings + ${warning === null ? 0 : 1} - (warning is not null)::int, warning = ${warning},
        finished_at = clock_timestamp()
      where run_id = ${runId} and stream = ${stream}`.execute(trx)
  })
}

export interface StreamOutcome {
  readonly stream: StreamName
  readonly state: StreamState
  /** For people; holds no record's values. */
  readonly error: string | null
}

/**
 * Closes a stream of a run that is under way.
 *
 * @throws FencedError if the run has ended, or the account has been removed.
 */
export async function endStream(
  db: Db,
  { account, runId, ...outcome }: StreamOutcome & { readonly account: string; readonly runId: string },
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await lockAccount(trx, account)
    await mustBeRunning(trx, account, runId)
    await endOpenStreams(trx, runId, [outcome])
  })
}

/** Streams that have ended already stay as they are. */
async function endOpenStreams(trx: Db, runId: string, outcomes: readonly StreamOutcome[]): Promise<void> {
  await sql`
    insert into sync.run_streams (run_id, stream, state, error, started_at, finished_at)
    select ${runId}::uuid, o.stream, o.state, o.error, clock_timestamp(), clock_timestamp()
    from jsonb_to_recordset(${JSON.stringify(outcomes)}::jsonb) as o (stream text, state text, error text)
    on conflict (run_id, stream) do update set
      state = excluded.state, error = excluded.error, finished_at = excluded.finished_at
      where run_streams.state = 'RUNNING'`.execute(trx)
}

/**
 * Adds what an attempt spent without committing a page: failed calls, and the time that it was told to wait. Not if it
 * may not write any more.
 */
export async function countSpent(
  db: Db,
  holding: Holding,
  { requests = 0, rateLimitedMs = 0 }: { readonly requests?: number; readonly rateLimitedMs?: number },
): Promise<void> {
  if (requests === 0 && rateLimitedMs === 0) return
  await sql`
    with held as (select run_id, stream from sync.checkpoints where ${isHeld(holding)} for no key update)
    update sync.run_streams s set requests = requests + ${requests},
      rate_limited_ms = rate_limited_ms + ${Math.round(rateLimitedMs)}
    from held where s.run_id = held.run_id and s.stream = held.stream`.execute(db)
}

/** What a stream of a run has come to. */
export async function readCounts(db: Db, runId: string, stream: StreamName): Promise<StreamCounts> {
  return await db
    .selectFrom('sync.run_streams')
    .select(['pages', 'fetched', 'inserted', 'updated', 'unchanged', 'deleted', 'rejected', 'requests'])
    .where('run_id', '=', runId)
    .where('stream', '=', stream)
    .executeTakeFirstOrThrow()
}

export interface EndedRun {
  readonly state: RunState
  readonly error: string | null
  /** Tables of `ats` with rows that changed since the run began. */
  readonly changed: string[]
  /** Records of the account that are rejected at present, whichever run has seen them. */
  readonly rejected: number
  /** By PostgreSQL's clock. */
  readonly startedAt: Date
  /** False: the run had ended before, as is told here, and stays as it is. */
  readonly isNew: boolean
}

/**
 * Closes a run, unless it has ended before.
 *
 * @throws FencedError if the run is not there any more.
 */
export async function finishRun(
  db: Db,
  { account, runId, streams }: Pick<FinishRunInput, 'account' | 'runId' | 'streams'>,
  outcome: RunOutcome,
): Promise<EndedRun> {
  return await db.transaction().execute(async (trx) => {
    await lockAccount(trx, account)
    const isNew = (await readRun(trx, account, runId)).state === 'RUNNING'
    if (isNew) await closeRun(trx, { account, runId, streams }, outcome)
    const { state, error, started_at: startedAt } = await readRun(trx, account, runId)
    const changed = await changedTables(trx, account, runId)
    const rejected = totalOf(await countRejected(trx, account))
    return { state, error, changed, rejected, startedAt, isNew }
  })
}

const allTables = [...Object.keys(models), ...Object.keys(joinTables)]

async function changedTables(trx: Db, account: string, runId: string): Promise<string[]> {
  const selects = allTables.map(
    (table) => sql`
      select ${table} as name where exists (
        select from ${sql.table(`ats.${table}`)} t, sync.runs r
        where r.id = ${runId} and t.account = ${account} and t.changed_at >= r.started_at)`,
  )
  const { rows } = await sql<{ name: string }>`${sql.join(selects, sql` union all `)}`.execute(trx)
  return rows.map((row) => row.name)
}
