import { isDeepStrictEqual } from 'node:util'
import { markKeyCompared } from '../accounts/key-comparison.ts'
import {
  type Cursor,
  type Lease,
  readEarlier,
  type Step,
  saveLearned,
  takeLease,
} from '../database/checkpoints.ts'
import type { Db } from '../database/connect.ts'
import type { AccountState } from '../database/database-types.ts'
import { lockAccount } from '../database/lock-account.ts'
import { readBlock } from '../database/rate-limit.ts'
import {
  beginStream,
  completeStream,
  countSpent,
  readCounts,
  type StreamCompletion,
} from '../database/runs.ts'
import { BlockedError, TryAgainError, WaitError } from '../errors.ts'
import {
  describeShortfall,
  describeWrongTotal,
  firstPass,
  isTotalWrong,
  type ShortRuns,
  withShortRun,
} from '../gem/completeness.ts'
import { newReading } from '../gem/list-reading.ts'
import { smallerPageSize, startingPageSize } from '../gem/page-size.ts'
import { streams } from '../streams.ts'
import { CallRetries, withRetries } from './call-retries.ts'
import { compareKey } from './compare-key.ts'
import { lookForAbsent } from './look-for-absent.ts'
import { type Reached, readList } from './read-list.ts'
import type { SliceEnd, SliceInput, SliceResult } from './slice.types.ts'
import { type Slice, type SliceContext, sliceBudget } from './slice-context.ts'
import { compareSteps, firstStep, isBeyond } from './steps.ts'
import type { SyncSettings } from './sync-settings.ts'

/**
 * Reads a stream on from its checkpoint, page by page: fetch → map → commit (read-list.ts); at the end of a full pass
 * takes a second look at what it did not see (look-for-absent.ts). Whatever ends a slice, the rows and the cursor
 * that it leaves behind belong together.
 *
 * @throws TryAgainError, CredentialsRefusedError, RequestRefusedError from Gem; FencedError; PostgreSQL's errors.
 */
export async function syncSlice(given: SliceContext, input: SliceInput): Promise<SliceResult> {
  const { db, pause, signal } = given
  const { until, mayCall } = sliceBudget()
  const retries = new CallRetries({ from: input.retriesFrom, until, pause })
  const context = { ...given, gem: withRetries(given.gem, retries, signal) }
  const { runId, stream } = input
  const { leaseEpoch, cursor, accountState } = await begin(context, input)
  const slice: Slice = { ...input, leaseEpoch, mayCall, retries }
  // Scheduled before the account was paused, and begun after: a worker or a database was away in between.
  if (accountState !== 'ACTIVE') return { kind: 'halted', counts: await readCounts(db, runId, stream) }
  try {
    if (!context.key.compared) {
      await compareKey(context, input)
      await markKeyCompared(db, slice, context.key)
    }
    const end = await goOn(context, slice, cursor)
    await countSpent(db, slice, { requests: context.limiter.takeCalls() })
    return { ...end, counts: await readCounts(db, runId, stream) }
  } catch (error) {
    const end = await learnFrom(error, context, slice)
    const rateLimitedMs = end?.kind === 'wait' ? end.ms : 0
    await countSpent(db, slice, { requests: context.limiter.takeCalls(), rateLimitedMs })
    if (end === null) throw error instanceof TryAgainError ? error.at({ slice: retries.slice }) : error
    return { ...end, counts: await readCounts(db, runId, stream) }
  }
}

/** In one transaction: an attempt that is held up in between must not open a stream that another one has completed. */
async function begin(
  { db, attempt, settings }: SliceContext,
  input: SliceInput,
): Promise<Lease & { readonly accountState: AccountState }> {
  const first = await firstCursor(db, input, settings)
  return await db.transaction().execute(async (trx) => {
    const { state: accountState } = await lockAccount(trx, input.account)
    const lease = await takeLease(trx, { ...input, attempt }, first)
    await beginStream(trx, input.runId, input.stream)
    return { ...lease, accountState }
  })
}

async function goOn(context: SliceContext, slice: Slice, from: Cursor): Promise<SliceEnd> {
  let cursor = from
  while (cursor.step.kind !== 'done') {
    const reached = await readStep(context, slice, cursor)
    if (reached.end !== null) return reached.end
    cursor = reached.cursor
  }
  if (cursor.failedAt !== null) await saveLearned(context.db, slice, () => ({ failedAt: null }))
  const end = endOf(slice, cursor)
  const { problem } = end
  await completeStream(context.db, {
    ...slice,
    ...end,
    overlapMs: context.settings.overlapMs,
    // A window that a person chose may begin after changes that no run has seen.
    movesWatermark: slice.since === null && problem === null,
    isWhole: slice.mode === 'full' && cursor.completeRounds > 0 && problem === null,
  })
  return { kind: 'done', problem, warning: end.warning }
}

/** @throws what a step fails by, which is kept for the next attempt. */
async function readStep(context: SliceContext, slice: Slice, cursor: Cursor): Promise<Reached> {
  const { step, failedAt } = cursor
  try {
    if (step.kind !== 'absences') return await readList(context, slice, cursor)
    if (failedAt?.step.kind === 'absences') slice.retries.holdBack()
    return await lookForAbsent(context, slice, cursor)
  } catch (error) {
    if (error instanceof TryAgainError)
      await saveLearned(context.db, slice, (stored) => learnedFrom(error, step, stored))
    throw error
  }
}

/** What a stream that was read to its end comes to. */
function endOf(
  { mode, startedAt }: Slice,
  { shortfall, shortRuns, isProven, keepAbsent }: Cursor,
): Pick<StreamCompletion, 'problem' | 'warning' | 'shortRuns'> {
  if (mode === 'full' && isProven) return { problem: keepAbsent, warning: null, shortRuns: null }
  const runs = shortfall === null ? shortRuns : withShortRun(shortRuns, startedAt, shortfall)
  if (isTotalWrong(shortRuns)) return { problem: keepAbsent, warning: warningOf(runs), shortRuns: runs }
  const problem = shortfall === null ? keepAbsent : describeShortfall(shortfall)
  return { problem, warning: null, shortRuns: runs }
}

const warningOf = (runs: ShortRuns | null) => runs && describeWrongTotal(runs)

async function firstCursor(db: Db, input: SliceInput, settings: SyncSettings): Promise<Cursor> {
  const { watermark, shortRuns } = await readEarlier(db, input.account, input.stream)
  const since = streams[input.stream].delta === 'whole' ? null : beginOfWindow(input, watermark)
  return {
    step: firstStep(input.stream, input.mode, since),
    offset: 0,
    size: startingPageSize(settings.maxPerPage),
    reading: newReading,
    deadEnd: null,
    failedAt: null,
    startedAt: null,
    since,
    round: 0,
    completeRounds: 0,
    total: null,
    pass: firstPass,
    expected: null,
    shortfall: null,
    isProven: true,
    shortRuns,
    stepsBack: 0,
    unreadable: 0,
    keepAbsent: null,
    cleared: false,
    readAgain: false,
    drifted: false,
  }
}

function beginOfWindow({ since, fromWatermark }: SliceInput, stored: Date | null): string | null {
  const watermark = stored?.toISOString() ?? null
  if (since === null) return watermark
  return fromWatermark && (watermark === null || watermark < since) ? watermark : since
}

/**
 * A 429, of which the limiter knows already, ends the slice as a wait.
 *
 * @returns null for an error that is the caller's.
 */
async function learnFrom(
  error: unknown,
  { db, meter, log }: SliceContext,
  slice: Slice,
): Promise<SliceEnd | null> {
  if (!(error instanceof WaitError || error instanceof BlockedError)) return null
  const reason = error instanceof WaitError ? error.reason : null
  const ms = Math.ceil(await readBlock(db, slice.account))
  if (reason !== null) {
    meter.askedToPause(reason, ms / 1000)
    log.info({ reason, seconds: ms / 1000 }, 'Gem asks for a pause')
  }
  return { kind: 'wait', ms, reason }
}

/**
 * What an error teaches: a page that was too much for Gem is smaller the next time; a list that cannot be read on is tried
 * at that place first; where it has failed, it has to be read further to have got on.
 */
function learnedFrom(error: TryAgainError, step: Step, stored: Cursor): Partial<Cursor> {
  if (error.deadEnd !== null) return { deadEnd: error.deadEnd }
  const perPage = Math.min(error.perPage ?? stored.size.perPage, stored.size.perPage)
  // The cursor is stored with the first page of a step.
  const place = { step, offset: compareSteps(step, stored.step) === 0 ? stored.offset : 0, perPage }
  const isRepeated = isDeepStrictEqual(stored.failedAt, place)
  const shrinks =
    error.perPage !== null &&
    (error.smallerPage === 'at once' || (error.smallerPage === 'if repeated' && isRepeated))
  const size = { ...stored.size, perPage }
  const isFurther = !isBeyond(stored.failedAt ?? place, place)
  return {
    failedAt: isFurther ? place : stored.failedAt,
    size: shrinks ? smallerPageSize(size) : size,
  }
}
