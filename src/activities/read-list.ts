import { type Cursor, readEarlier } from '../database/checkpoints.ts'
import { readCounts } from '../database/runs.ts'
import { countDistinct } from '../database/seen-ids.ts'
import type { WriteCounts } from '../database/write-page.ts'
import { announcedTo, isTotalWrong, judgePass, passAfter, withPage } from '../gem/completeness.ts'
import { holdsAt, newReading } from '../gem/list-reading.ts'
import { pageAt } from '../gem/paging.ts'
import { streams } from '../streams.ts'
import { CommittingPage, commitInOrder } from './commit-in-order.ts'
import { tryDeadEnd } from './dead-end.ts'
import type { MappingOf } from './map-page.ts'
import { type FetchedPage, type PagesRequest, readPages } from './read-pages.ts'
import type { SliceEnd } from './slice.types.ts'
import type { Slice, SliceContext } from './slice-context.ts'
import { compareSteps, isBeyond, nextStep, queryOf } from './steps.ts'

/** Where a slice has come to: it ends, or it goes on from the cursor. */
export type Reached = { readonly end: SliceEnd } | { readonly end: null; readonly cursor: Cursor }

/** Readings of the whole list in one run after which no absence is looked into by reading it again. */
export const mostRounds = 4

/** Going back over what may have slipped through is bounded: a list that never rests is left to the next full sync. */
const mostStepsBack = 20

/** Reads one step of a stream: each page is fetched, mapped and committed, in the list's order. */
export async function readList(context: SliceContext, slice: Slice, from: Cursor): Promise<Reached> {
  const { maxPerPage, mostRows } = context.settings
  const begin = placed({ ...from, size: { ...from.size, perPage: Math.min(from.size.perPage, maxPerPage) } })
  if (begin.offset === 0 && begin.deadEnd !== null) await tryDeadEnd(context, slice, begin, begin.deadEnd)
  let expected = await whatToExpect(context, slice, begin)
  let isInVain = false
  const pages = readPages(context.gem, {
    path: streams[slice.stream].path,
    query: queryOf(slice.stream, begin),
    ...{ offset: begin.offset, reading: begin.reading, size: begin.size, maxPerPage, mostRows },
    failedAt: failedWithin(begin),
    retries: slice.retries,
    expected: begin.expected,
    total: slice.goesOn && context.attempt === 1 ? begin.total : null,
    inFlight: slice.inFlight,
    mayFetch: slice.mayCall,
    read: (body) =>
      context.readPage({
        body,
        stream: slice.stream,
        mapping: mappingOf(context, slice, expected === 'unchanged'),
      }),
    signal: context.signal,
  })
  const committed = commitInOrder(withCursors(pages, begin), ({ fetched, cursor }, before) => {
    const takeCalls = () => context.limiter.takeCalls()
    const commit = { ...slice, ...fetched.page.mapped, cursor, looksUp: expected === 'unchanged', takeCalls }
    const ahead = expected === 'new' && !isInVain && context.isOnlySlice()
    return new CommittingPage(context, { commit, ahead, release: () => fetched.page.release() }, before)
  })
  for await (const { page, outcome } of committed) {
    expected = expectedAfter(outcome)
    isInVain ||= outcome.inVain
    if (outcome.accountState !== 'ACTIVE') return { end: { kind: 'halted' } }
    if (page.isEnd) return { end: null, cursor: await closeStep(context, slice, page.cursor) }
    if (page.goesBack) return { end: null, cursor: page.cursor }
  }
  return { end: { kind: 'more' } }
}

interface PlacedPage {
  readonly fetched: FetchedPage
  /** Where the cursor stands after it. */
  readonly cursor: Cursor
  /** The step ends with it. */
  readonly isEnd: boolean
  /** A part of the list that it ends is read again. */
  readonly goesBack: boolean
}

/** Each page with the place that it moves the cursor to, up to one behind which the list is not read on. */
async function* withCursors(pages: AsyncIterable<FetchedPage>, begin: Cursor): AsyncGenerator<PlacedPage> {
  let before = begin
  for await (const fetched of pages) {
    const { records } = fetched.page.mapped.page
    const unreadable = records.filter((record) => record.remoteId === null).length
    const { cursor, isEnd } = advance(before, fetched, unreadable)
    const goesBack = cursor.offset < fetched.nextOffset
    yield { fetched, cursor, isEnd, goesBack }
    if (isEnd || goesBack) return
    before = cursor
  }
}

/** Its own data alone: it goes to another thread. */
function mappingOf({ settings, rules }: SliceContext, { account }: Slice, lazily: boolean): MappingOf {
  const { jobBoard, integrationFields } = settings
  return { account, settings: { jobBoard, integrationFields }, rules, lazily }
}

/** What most rows of a page are likely to be. */
type Expected = 'new' | 'unchanged' | 'anything'

/**
 * What they were on the pages before; at first, what has come along in other records is stored as it is, what has not been
 * read by an earlier run is new, and what has been is not likely to have changed, but for records that are asked for
 * because they have.
 */
async function whatToExpect(
  { db }: SliceContext,
  { account, runId, stream }: Slice,
  { step }: Cursor,
): Promise<Expected> {
  const { pages, fetched, inserted, updated, unchanged } = await readCounts(db, runId, stream)
  // What has come along is counted among those that were inserted or updated, but was not fetched.
  if (pages > 0) return expectedAfter({ inserted: fetched - updated - unchanged, updated, unchanged })
  if (inserted + updated > 0) return 'unchanged'
  if (step.kind !== 'whole') return 'anything'
  return (await readEarlier(db, account, stream)).watermark === null ? 'new' : 'unchanged'
}

function expectedAfter({ inserted, updated, unchanged }: WriteCounts): Expected {
  if (unchanged > inserted + updated) return 'unchanged'
  return inserted > unchanged + updated ? 'new' : 'anything'
}

/** Where the list has failed, as the step being read sees it: a later step's place lies behind all of its pages. */
function failedWithin({ step, failedAt }: Cursor): PagesRequest['failedAt'] {
  if (failedAt === null) return null
  const order = compareSteps(step, failedAt.step)
  if (order === 0) return failedAt
  return order < 0 ? { ...failedAt, offset: Number.POSITIVE_INFINITY } : null
}

/** The cursor at a place that means the same at its page size; where none can be told, at the list's begin. */
function placed(cursor: Cursor): Cursor {
  if (holdsAt(cursor.reading, cursor.size.perPage)) return cursor
  const pass = { ...cursor.pass, unreadable: 0 }
  return { ...cursor, offset: 0, total: null, reading: newReading, pass }
}

/** The cursor after a page, within its step. */
function advance(
  cursor: Cursor,
  fetched: FetchedPage,
  unreadable: number,
): { cursor: Cursor; isEnd: boolean } {
  const { page, nextOffset, nextSize, isLast, reading } = fetched
  const total = page.pagination?.total ?? null
  const lost = cursor.total === null || total === null ? 0 : cursor.total - total
  const advanced: Cursor = {
    ...cursor,
    offset: nextOffset,
    size: nextSize,
    reading,
    deadEnd: null,
    failedAt: isBeyond({ step: cursor.step, offset: nextOffset }, cursor.failedAt) ? null : cursor.failedAt,
    total,
    pass: withPage(cursor.pass, { count: page.count, unreadable, total }),
    startedAt: cursor.startedAt ?? page.serverTime?.toISOString() ?? null,
    unreadable: cursor.unreadable + unreadable,
  }
  // Rows that went while pages were read have moved those behind them up, across the page's edge: read that part again.
  if (lost > 0 && cursor.offset > 0 && cursor.stepsBack < mostStepsBack) {
    const edge = cursor.offset - pageAt(cursor.offset, fetched.perPage).skip
    const offset = Math.max(0, edge - lost)
    const again = { ...newReading, rows: offset, unevenAt: reading.unevenAt }
    return {
      cursor: { ...advanced, offset, reading: again, stepsBack: cursor.stepsBack + 1 },
      isEnd: false,
    }
  }
  return { cursor: placed(advanced), isEnd: isLast }
}

/**
 * Chooses what follows a step that was read to its end: one that is short of its total is read once more, and absences
 * are looked into only where nothing is short.
 */
async function closeStep({ db }: SliceContext, slice: Slice, cursor: Cursor): Promise<Cursor> {
  const distinctIds =
    announcedTo(cursor.pass) === null ? 0 : await countDistinct(db, slice, cursor.pass.number)
  const verdict = judgePass(cursor.pass, distinctIds, cursor.expected)
  const next = { ...cursor, offset: 0, total: null, reading: newReading, pass: passAfter(cursor.pass) }
  const isTrusted = !isTotalWrong(cursor.shortRuns)
  if (verdict.kind === 'short' && isTrusted && cursor.expected === null) {
    const round = cursor.step.kind === 'whole' ? cursor.round + 1 : cursor.round
    return { ...next, round, expected: verdict.shortfall.announced }
  }
  const shortfall = cursor.shortfall ?? (verdict.kind === 'short' ? verdict.shortfall : null)
  const isComplete = cursor.step.kind === 'whole' && (verdict.kind !== 'short' || !isTrusted)
  const step = nextStep(cursor, slice.stream, slice.mode)
  return {
    ...next,
    expected: null,
    shortfall,
    isProven: cursor.isProven && verdict.kind === 'whole',
    completeRounds: cursor.completeRounds + (isComplete ? 1 : 0),
    step: step.kind === 'absences' && shortfall !== null && isTrusted ? { kind: 'done' } : step,
  }
}

/** The whole list once more. */
export function rereadFrom(cursor: Cursor): Cursor {
  const begin = { offset: 0, total: null, reading: newReading, stepsBack: 0, pass: passAfter(cursor.pass) }
  return { ...cursor, ...begin, step: { kind: 'whole' }, round: cursor.round + 1 }
}
