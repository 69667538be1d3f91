import { sql } from 'kysely'
import type { FinishRunInput } from '../activities/account.types.ts'
import type { StreamCounts } from '../activities/slice.types.ts'
import { FencedError } from '../errors.ts'
import type { StreamName } from '../streams.ts'
import { fenced } from './checkpoints.ts'
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
 * @throws FencedError if the account has been removed.
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
    // Not by a call that was held up until this run had ended and the next one begun.
    if (begun !== undefined) await closeAbandonedRuns(trx, run)
  })
}

async function closeAbandonedRuns(trx: Db, { account, id }: NewRun): Promise<void> {
  await sql`
    with abandoned as (
      update sync.runs set state = 'CANCELLED', finished_at = clock_timestamp(), error = 'the workflow ended before the run did'
      where account = ${account} and state = 'RUNNING' and id <> ${id} returning id
    )
    update sync.run_streams s set state = 'CANCELLED', finished_at = clock_timestamp()
    from abandoned where s.run_id = abandoned.id and s.state = 'RUNNING'`.execute(trx)
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

export interface StreamCompletion {
  readonly account: string
  readonly runId: string
  readonly stream: StreamName
  readonly fence: number
  readonly overlapMs: number
  readonly movesWatermark: boolean
  /** What a person has to look at although the rows are right; null if nothing. */
  readonly problem: string | null
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
  const { account, runId, stream, fence, overlapMs, movesWatermark, problem, isWhole } = completion
  await db.transaction().execute(async (trx) => {
    const { numAffectedRows } = await sql`
      update sync.checkpoints c set updated_at = clock_timestamp(), watermark = case when ${movesWatermark} then coalesce(
        (select least(r.gem_started_at, (c.cursor ->> 'startedAt')::timestamptz) from sync.runs r where r.id = ${runId})
          - make_interval(secs => ${overlapMs / 1000}), watermark) else watermark end,
        fresh_at = case when ${movesWatermark && problem === null} then
          (select started_at from sync.run_streams s where s.run_id = ${runId} and s.stream = c.stream) else fresh_at end
      where account = ${account} and stream = ${stream} and run_id = ${runId} and fence = ${fence}`.execute(
      trx,
    )
    if (numAffectedRows !== 1n) throw fenced({ account, stream })
    if (isWhole) await resolveGone(trx, completion)
    await endStream(trx, runId, stream, problem === null ? 'SUCCEEDED' : 'FAILED', problem)
  })
}

/**
 * Closes a stream of a run; `error` is for people and holds no record's values. Does nothing for a run that is not
 * there any more.
 */
export async function endStream(
  db: Db,
  runId: string,
  stream: StreamName,
  state: StreamState,
  error: string | null,
): Promise<void> {
  await sql`
    insert into sync.run_streams (run_id, stream, state, error, started_at, finished_at)
    select id, ${stream}, ${state}, ${error}, clock_timestamp(), clock_timestamp() from sync.runs where id = ${runId}
    on conflict (run_id, stream) do update set
      state = excluded.state, error = excluded.error, finished_at = excluded.finished_at`.execute(db)
}

/** Adds what a stream spent without committing a page: failed calls, and the time that it was told to wait. */
export async function countSpent(
  db: Db,
  runId: string,
  stream: StreamName,
  { requests = 0, rateLimitedMs = 0 }: { readonly requests?: number; readonly rateLimitedMs?: number },
): Promise<void> {
  if (requests === 0 && rateLimitedMs === 0) return
  await sql`
    update sync.run_streams set requests = requests + ${requests},
      rate_limited_ms = rate_limited_ms + ${Math.round(rateLimitedMs)}
    where run_id = ${runId} and stream = ${stream}`.execute(db)
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
  /** By PostgreSQL's clock; null: the account has been removed, and the run with it. */
  readonly startedAt: Date | null
}

/**
 * Closes a run and the streams that it left open, and tells listeners of the channel `gem_ats_sync`:
 * `{account, run, state, changed}`.
 *
 * @param tables the tables of `ats` to look for changes in.
 */
export async function finishRun(
  db: Db,
  { account, runId, streams }: Pick<FinishRunInput, 'account' | 'runId' | 'streams'>,
  outcome: { readonly state: RunState; readonly error: string | null },
  tables: readonly string[],
): Promise<EndedRun> {
  return await db.transaction().execute(async (trx) => {
    for (const { stream, state, error } of streams) {
      if (state === 'SKIPPED' || state === 'CANCELLED') await endStream(trx, runId, stream, state, error)
    }
    const { rows } = await sql<{ started_at: Date }>`
      update sync.runs set state = ${outcome.state}, error = ${outcome.error}, finished_at = clock_timestamp()
      where id = ${runId} and account = ${account} returning started_at`.execute(trx)
    await sql`delete from sync.seen_pages where run_id = ${runId}`.execute(trx)
    const changed = await changedTables(trx, account, runId, tables)
    const message = JSON.stringify({ account, run: runId, state: outcome.state, changed })
    await sql`select pg_notify('gem_ats_sync', ${message})`.execute(trx)
    const rejected = totalOf(await countRejected(trx, account))
    return { ...outcome, changed, rejected, startedAt: rows[0]?.started_at ?? null }
  })
}

async function changedTables(
  trx: Db,
  account: string,
  runId: string,
  tables: readonly string[],
): Promise<string[]> {
  const selects = tables.map(
    (table) => sql`
      select ${table} as name where exists (
        select from ${sql.table(`ats.${table}`)} t, sync.runs r
        where r.id = ${runId} and t.account = ${account} and t.changed_at >= r.started_at)`,
  )
  const { rows } = await sql<{ name: string }>`${sql.join(selects, sql` union all `)}`.execute(trx)
  return rows.map((row) => row.name)
}
