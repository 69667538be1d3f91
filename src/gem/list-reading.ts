import { createHash } from 'node:crypto'
import { isJsonObject } from '../json.ts'

/**
 * What a list has shown of itself so far, page by page: by it the end is told, and a list that leads nowhere. Plain
 * data, kept with the cursor.
 */
export interface ListReading {
  readonly pages: number
  /** Records on them, those that came twice included. */
  readonly rows: number
  /**
   * The page size by which pages came that had more or fewer rows than asked for, and were not the last. Where such
   * pages begin, nobody can tell for a smaller size. Null: all were full.
   */
  readonly unevenAt: number | null
  /** The page before; null before the first. */
  readonly latest: ShownPage | null
  /** The page that came when `pages` last was a power of two: a list that goes in circles comes back to it. */
  readonly landmark: ShownPage | null
}

export interface ShownPage {
  /** Its number. */
  readonly page: number
  readonly perPage: number
  /** Equal for pages with the same records. */
  readonly fingerprint: string
}

export const newReading: ListReading = { pages: 0, rows: 0, unevenAt: null, latest: null, landmark: null }

export interface PageShown {
  /** From 1. */
  readonly number: number
  /** Rows that were asked for. */
  readonly perPage: number
  /** Records that it shows. */
  readonly count: number
  readonly fingerprint: string
  /** Rows that Gem says the list has; null where it does not say. */
  readonly total: number | null
  /** The list came short of this total before: an empty page within it is no end. Null: it did not. */
  readonly expected: number | null
}

export type PageVerdict =
  | { readonly kind: 'more' | 'end'; readonly reading: ListReading }
  /** The list is not paged: it has come as a whole, and comes again. */
  | { readonly kind: 'all again' }
  | { readonly kind: 'same page'; readonly as: number }
  | { readonly kind: 'no end' }

/**
 * What a page says about where its list ends. An empty page ends it, unless it is the first of a smaller size or lies
 * within a total that the list came short of before, and one that is not full where Gem says that this was all. Without that, a page that is not full proves nothing: Gem may send
 * fewer rows a page than were asked for.
 *
 * @param mostRows of a list for which Gem sends no total, see `mostRowsOf`.
 */
export function judgePage(before: ListReading, shown: PageShown, mostRows: number): PageVerdict {
  const { number, perPage, count, fingerprint, total } = shown
  if (count === 0) {
    if (isWithin(before, shown)) return { kind: 'more', reading: before }
    const misplaced = misplacedBy(before, shown)
    if (misplaced === null) return { kind: 'end', reading: before }
    return { kind: 'more', reading: { ...before, unevenAt: misplaced } }
  }
  const latest: ShownPage = { page: number, perPage, fingerprint }
  // Where the size has changed a part is read again, which may hold just the rows of an earlier page.
  const same = [before.latest, before.landmark].find(
    (page) => page?.perPage === perPage && page.fingerprint === latest.fingerprint,
  )
  if (same) return isUnpaged(before, shown) ? { kind: 'all again' } : { kind: 'same page', as: same.page }
  if (before.rows >= mostRowsOf(total, mostRows)) return { kind: 'no end' }

  const isOdd = count !== perPage
  const isAll = total !== null && total <= (number - 1) * perPage + count
  const ends = count < perPage && before.unevenAt === null && isAll
  const pages = before.pages + 1
  const reading: ListReading = {
    pages,
    rows: before.rows + count,
    unevenAt: before.unevenAt ?? (isOdd && !ends ? perPage : null),
    latest,
    landmark: (pages & (pages - 1)) === 0 ? latest : before.landmark,
  }
  return { kind: ends ? 'end' : 'more', reading }
}

/** Empty pages in a row that are passed even if fewer pages had rows: a total may be far too large. */
const mostEmptyPages = 20

/** Whether rows may follow an empty page: pages of the usual size do not reach the total that is expected by then. */
function isWithin({ pages, rows, latest }: ListReading, { number, perPage, expected }: PageShown): boolean {
  if (expected === null) return false
  const rowsAPage = pages === 0 ? perPage : Math.min(perPage, Math.ceil(rows / pages))
  const lastWithRows = latest === null ? 0 : (latest.page * latest.perPage) / perPage
  return number * rowsAPage < expected && number - lastWithRows < Math.max(mostEmptyPages, pages)
}

/**
 * The size of the pages before, where an empty page of a smaller size proves no end: a server that ignores the size counts
 * its pages by one of its own, so that this one lies beyond rows that nobody has seen. Null: it does prove it.
 */
function misplacedBy({ latest, unevenAt }: ListReading, { perPage, total }: PageShown): number | null {
  return total === null && unevenAt === null && latest !== null && perPage < latest.perPage
    ? latest.perPage
    : null
}

/** The second page repeats the first, and that had not the size that was asked for: only the whole list has its own. */
function isUnpaged({ pages }: ListReading, { perPage, count, total }: PageShown): boolean {
  return pages === 1 && count !== perPage && (total === null || total <= count)
}

/**
 * Rows after which a list is taken for one without an end, though totals may be wrong: ten times what Gem says there
 * are, and never fewer than a tenth of what it takes where Gem says nothing.
 */
export function mostRowsOf(total: number | null, mostRows: number): number {
  return total === null ? mostRows : Math.min(10 * mostRows, 10 * total + mostRows / 10)
}

/** Whether an offset that a reading has come to means the same place in pages of that size. */
export function holdsAt({ unevenAt }: ListReading, perPage: number): boolean {
  return unevenAt === null || perPage >= unevenAt
}

/** Of a page's records by their ids, in whatever order; one without an id counts by what it holds. */
export function fingerprintOf(records: readonly unknown[]): string {
  const names = records.map((record) =>
    isJsonObject(record) && typeof record.id === 'string' ? record.id : JSON.stringify(record),
  )
  return createHash('sha256').update(JSON.stringify(names.sort())).digest('base64url').slice(0, 22)
}
