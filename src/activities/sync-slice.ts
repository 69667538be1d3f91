import type { Cursor, Lease } from '../database/checkpoints.ts'
import { readWatermark, saveSize, takeLease } from '../database/checkpoints.ts'
import { commitPage, type PageOutcome } from '../database/commit-page.ts'
import type { Db } from '../database/connect.ts'
import { blockCalls } from '../database/rate-limit.ts'
import { beginStream, completeStream, countSpent, readCounts } from '../database/runs.ts'
import { TryAgainError, WaitError } from '../errors.ts'
import type { GemClient } from '../gem/client.ts'
import { smallerPageSize, startingPageSize } from '../gem/page-size.ts'
import { type StreamName, streams } from '../streams.ts'
import type { AccountLimiter } from './account-limiter.ts'
import { backOff } from './back-off.ts'
import { mapPage } from './map-page.ts'
import { passesOf } from './passes.ts'
import { type FetchedPage, readPages } from './read-pages.ts'
import type { SliceInput, SliceResult } from './slice.types.ts'
import type { SyncSettings } from './sync-settings.ts'

export interface SliceContext {
  readonly db: Db
  readonly gem: GemClient
  readonly limiter: AccountLimiter
  readonly settings: SyncSettings
  /** Aborted when the activity is cancelled or the worker shuts down. */
  readonly signal: AbortSignal
  /** Told after each commit. */
  readonly onProgress: (outcome: PageOutcome) => void
}

/** Bounds of a slice: after either, a fresh activity goes on from the checkpoint. */
const maxPages = 25
const maxMs = 20_000

/**
 * Reads a stream on from its checkpoint, page by page: fetch → map → commit. Whatever ends a slice, the rows and the
 * cursor that it leaves behind belong together.
 *
 * @throws TryAgainError, CredentialsRefusedError, RequestRefusedError from Gem; FencedError; PostgreSQL's errors.
 */
export async function syncSlice(context: SliceContext, input: SliceInput): Promise<SliceResult> {
  const { db, settings } = context
  const { account, runId, stream } = input
  const lease = await takeLease(db, account, stream, runId, await firstCursor(db, input, settings))
  await beginStream(db, runId, stream)
  try {
    const end = await readOn(context, input, lease)
    return { ...end, counts: await readCounts(db, runId, stream) }
  } catch (error) {
    const failed = await keepWhatWasLearned(context, input, error)
    return { ...failed, counts: await readCounts(db, runId, stream) }
  } finally {
    await countSpent(db, runId, stream, { requests: context.limiter.takeCalls(), rateLimitedMs: 0 })
  }
}

type SliceEnd =
  | { kind: 'more' }
  | { kind: 'done' }
  | { kind: 'wait'; until: string; reason: 'throttled' | 'quota' }
  | { kind: 'halted' }

async function readOn(context: SliceContext, input: SliceInput, lease: Lease): Promise<SliceEnd> {
  const { settings } = context
  const budget = sliceBudget()
  const passes = passesOf(input.stream, lease.cursor.since)
  let { cursor } = lease

  while (!cursor.done) {
    const pages = readPages(context.gem, {
      path: streams[input.stream].path,
      query: passes[cursor.pass] ?? {},
      offset: cursor.offset,
      size: cursor.size,
      maxPerPage: settings.maxPerPage,
      inFlight: input.inFlight,
      mayFetch: budget.take,
      signal: context.signal,
    })
    let ended = false
    for await (const fetched of pages) {
      cursor = advance(cursor, fetched, passes.length)
      const outcome = await commitPage(context.db, {
        ...input,
        ...mapPage(input.stream, fetched.page, settings),
        fence: lease.fence,
        cursor,
        requests: context.limiter.takeCalls(),
      })
      context.onProgress(outcome)
      if (outcome.accountState !== 'ACTIVE') return { kind: 'halted' }
      ended = fetched.isLast
    }
    if (!ended) return { kind: 'more' }
  }
  await completeStream(context.db, { ...input, fence: lease.fence, watermark: watermarkOf(cursor, settings) })
  return { kind: 'done' }
}

/** Pages are counted when they are asked for, so that none is fetched for nothing. */
function sliceBudget() {
  const until = performance.now() + maxMs
  let pages = 0
  return { take: () => pages < maxPages && performance.now() < until && ++pages > 0 }
}

async function firstCursor(db: Db, input: SliceInput, settings: SyncSettings): Promise<Cursor> {
  return {
    pass: 0,
    offset: 0,
    size: startingPageSize(settings.maxPerPage),
    startedAt: null,
    since: await windowOf(db, input),
    done: false,
  }
}

/** Where a delta's window begins; null where the whole list is to be read. */
async function windowOf(db: Db, { account, stream, mode, since }: SliceInput): Promise<string | null> {
  if (mode === 'full' || streams[stream].delta === 'whole') return null
  return since ?? (await readWatermark(db, account, stream))?.toISOString() ?? null
}

function advance(cursor: Cursor, fetched: FetchedPage, passes: number): Cursor {
  const startedAt = cursor.startedAt ?? fetched.page.serverTime?.toISOString() ?? null
  if (!fetched.isLast) return { ...cursor, startedAt, offset: fetched.nextOffset, size: fetched.nextSize }
  const pass = cursor.pass + 1
  return { ...cursor, startedAt, size: fetched.nextSize, pass, offset: 0, done: pass === passes }
}

/** The next delta begins where this read began, by Gem's clock, less an overlap for what Gem shows late. */
function watermarkOf({ startedAt }: Cursor, { overlapMs }: SyncSettings): string | null {
  return startedAt === null ? null : new Date(Date.parse(startedAt) - overlapMs).toISOString()
}

/** A 429 ends the slice as a wait; a page that was too much for Gem is smaller the next time. Others are the caller's. */
async function keepWhatWasLearned(
  { db }: SliceContext,
  input: SliceInput,
  error: unknown,
): Promise<SliceEnd> {
  if (error instanceof TryAgainError && error.smallerPage) {
    await saveSize(db, input.account, input.stream, input.runId, smallerPageSize)
  }
  if (!(error instanceof WaitError)) throw error
  const until = error.until ?? new Date(Date.now() + backOff(error.reason, input.throttledBefore))
  await blockCalls(db, input.account, until)
  return { kind: 'wait', until: until.toISOString(), reason: error.reason }
}

export type { StreamName }
