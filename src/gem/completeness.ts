/**
 * Whether a pass, one reading of a list or of a window of it, showed all that Gem announced.
 *
 * Gem announces in `X-Pagination` how many rows the list has, page by page. Rows may come and go while the pages are
 * read, so a pass is whole if it showed as many as were announced either on its first page or on its last one that was
 * not empty. What it showed is told by distinct ids, since rows may repeat from page to page; records without a
 * readable id are counted as they come.
 *
 * A pass that is short is read once more, by then past empty pages up to the total. If it still is, its stream fails and
 * its watermark stays. A total that is wrong would fail the stream for ever: after three such runs, an hour apart or
 * more, it no longer counts as knowledge, until a full sync agrees with it again.
 */

/** What the pages of a pass have told so far. Plain data, kept with the cursor. */
export interface PassTally {
  /** Which of the run's passes over the stream this is, from 0. */
  readonly number: number
  /** What was announced first, and last on a page that was not empty; null: nothing was. */
  readonly first: number | null
  readonly last: number | null
  /** Records without a readable id. */
  readonly unreadable: number
}

export const firstPass: PassTally = { number: 0, first: null, last: null, unreadable: 0 }

export const passAfter = ({ number }: PassTally): PassTally => ({ ...firstPass, number: number + 1 })

export interface PageTold {
  /** Records that it shows, and those of them without a readable id. */
  readonly count: number
  readonly unreadable: number
  /** Rows that Gem says the list has; null where it does not say. */
  readonly total: number | null
}

export function withPage(tally: PassTally, { count, unreadable, total }: PageTold): PassTally {
  return {
    number: tally.number,
    first: tally.first ?? total,
    last: count === 0 ? tally.last : (total ?? tally.last),
    unreadable: tally.unreadable + unreadable,
  }
}

/** A pass that showed fewer records than were announced. */
export interface Shortfall {
  readonly announced: number
  readonly returned: number
}

export type PassVerdict =
  | { readonly kind: 'whole' }
  /** Nothing was announced. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'short'; readonly shortfall: Shortfall }

/**
 * @param distinctIds that the pass has shown.
 * @param before what was announced to an earlier pass over the same; it counts where this one was told nothing.
 */
export function judgePass(tally: PassTally, distinctIds: number, before: number | null): PassVerdict {
  const announced = announcedTo(tally) ?? before
  if (announced === null) return { kind: 'unknown' }
  const returned = distinctIds + tally.unreadable
  return returned < announced ? { kind: 'short', shortfall: { announced, returned } } : { kind: 'whole' }
}

/** Null: nothing was. */
export function announcedTo({ first, last }: PassTally): number | null {
  return first === null || last === null ? (first ?? last) : Math.min(first, last)
}

export const describeShortfall = ({ announced, returned }: Shortfall): string =>
  `Gem announced ${announced} records and returned ${returned}`

/** Runs in which a list came short of its total, since a full sync last agreed with it. Plain data. */
export interface ShortRuns extends Shortfall {
  readonly count: number
  /** When the latest that was counted began, ISO 8601. */
  readonly countedAt: string
}

const mostShortRuns = 3
const apartMs = 60 * 60_000

/** Counts a run that came short, unless it began within an hour of the one before it. */
export function withShortRun(before: ShortRuns | null, startedAt: string, shortfall: Shortfall): ShortRuns {
  const isApart = before === null || Date.parse(startedAt) - Date.parse(before.countedAt) >= apartMs
  return isApart
    ? { ...shortfall, count: (before?.count ?? 0) + 1, countedAt: startedAt }
    : { ...before, ...shortfall }
}

/** Whether a list's total no longer counts as knowledge. */
export const isTotalWrong = (runs: ShortRuns | null): boolean => runs !== null && runs.count >= mostShortRuns

export const describeWrongTotal = (shortfall: Shortfall): string =>
  `${describeShortfall(shortfall)} in ${mostShortRuns} syncs or more: its total is taken for wrong, and an empty page ` +
  'for the end, until a full sync returns as many as announced'
