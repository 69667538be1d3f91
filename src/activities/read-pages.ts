import { TryAgainError } from '../errors.ts'
import type { GemClient } from '../gem/client.ts'
import { deadEndError } from '../gem/dead-end.ts'
import { holdsAt, judgePage, type ListReading } from '../gem/list-reading.ts'
import { type PageSize, pageSizeAfterGoodPage, smallerPageSize } from '../gem/page-size.ts'
import { offsetAfter, pageAt } from '../gem/paging.ts'
import { AskedPage, hasRoom, type ListToRead, type PageAnswer, waiting } from './asked-page.ts'
import type { CallRetries, FailedCall } from './call-retries.ts'
import type { ReadPage } from './read-page.ts'

export interface PagesRequest extends ListToRead {
  /** Rows that are committed already. */
  readonly offset: number
  /** What the pages before the offset have shown. */
  readonly reading: ListReading
  /** How many rows the list has, by a page that was read a moment ago; null: one page is asked for at first. */
  readonly total: number | null
  /** Rows that Gem announced when the list came short of them; null: it did not. */
  readonly expected: number | null
  /** After so many rows a list without a total is taken for one without an end. */
  readonly mostRows: number
  readonly size: PageSize
  readonly maxPerPage: number
  /** Where the list has failed before, and at which page size; null: nowhere. */
  readonly failedAt: { readonly offset: number; readonly perPage: number } | null
  /** Pages that fail are asked for again by them. */
  readonly retries: CallRetries
  /** Most calls under way at a time. */
  readonly inFlight: number
  /** Asked before each call: whether the slice has room for another page. */
  readonly mayFetch: () => boolean
  readonly signal: AbortSignal
}

export interface FetchedPage {
  readonly page: PageAnswer
  readonly perPage: number
  /** Where the next page begins, and at which size. */
  readonly nextOffset: number
  readonly nextSize: PageSize
  readonly isLast: boolean
  /** This page included. */
  readonly reading: ListReading
}

/**
 * Pages of one list in their order, fetched ahead while earlier ones are committed. It looks ahead only as far as
 * rows are known or likely to be: not before a full page has been seen, be it by the slice before, and not beyond the
 * total where Gem sends one.
 *
 * @throws TryAgainError also where the list cannot be read on: it shows the same again, or has no end.
 */
export async function* readPages(client: GemClient, request: PagesRequest): AsyncGenerator<FetchedPage> {
  const abandon = new AbortController()
  const signal = AbortSignal.any([request.signal, abandon.signal])
  const queue: AskedPage[] = []
  let { offset, size, reading } = request
  let following = { page: pageAt(offset, size.perPage).page, perPage: size.perPage }
  let lastKnown = Math.max(following.page, Math.ceil((request.total ?? 0) / size.perPage))

  const ask = (place: { page: number; perPage: number }, freshConnection = false) =>
    new AskedPage(client, request, { ...place, signal, freshConnection, onFetched: fetchAhead })

  const fetchAhead = () => {
    // Pages are numbered by their size: those of another one come when all of the old one are read.
    const isCounted = following.perPage === size.perPage
    while (
      isCounted &&
      following.page <= lastKnown &&
      waiting(queue) < request.inFlight &&
      request.mayFetch()
    ) {
      const page = ask(following)
      page.begin()
      queue.push(page)
      following = { ...following, page: following.page + 1 }
    }
    // One page ahead of the commit is enough: those behind it wait as the bytes that came, which cost the collector nothing.
    queue[0]?.beginReading()
  }

  /** In the place of a page that has failed: the same again, or its rows by smaller pages, of which this is the first. */
  const askAgain = async (failed: AskedPage, smaller: boolean): Promise<AskedPage> => {
    const to = failed.perPage > size.perPage ? size : smallerPageSize(size)
    const splits = smaller && to.perPage < failed.perPage && holdsAt(reading, to.perPage)
    if (splits) size = to
    const places = splits
      ? placesOf(offset, offsetAfter(failed.number, failed.perPage), size.perPage)
      : [{ page: failed.number, perPage: failed.perPage }]
    const [first = failed, ...others] = places.map((place) => ask(place, true))
    queue.unshift(...others)
    await hasRoom(queue, request.inFlight)
    return first
  }

  let failedAt = request.failedAt
  /** Reads the page that is next. Where the list is known to fail, one call a slice is enough to see whether it still does. */
  const readInPlace = async (next: AskedPage) => {
    const isKnownToFail = request.failedAt !== null && isWithin(next, request.failedAt.offset)
    let asked = next
    const read = async (failed: FailedCall | null) => {
      if (failed !== null) {
        const isRepeated = failedAt?.offset === offset && failedAt.perPage === asked.perPage
        failedAt = { offset, perPage: asked.perPage }
        const { smallerPage } = failed.error
        asked = await askAgain(
          asked,
          smallerPage === 'at once' || (smallerPage === 'if repeated' && isRepeated),
        )
      }
      return { next: asked, answer: await asked.beginReading() }
    }
    try {
      return await (isKnownToFail ? read(null) : request.retries.run(read, signal))
    } catch (error) {
      throw error instanceof TryAgainError ? error.at({ perPage: asked.perPage }) : error
    }
  }

  try {
    fetchAhead()
    for (let queued = queue.shift(); queued !== undefined; queued = queue.shift()) {
      const { next, answer } = await readInPlace(queued)
      const { page, isLast, ...judged } = await judge(request, reading, next, answer)
      reading = judged.reading
      offset = offsetAfter(next.number, next.perPage)
      // A page without rows, such as the one behind the last, is shown to each slice that comes back.
      if (page.count > 0) request.retries.madeProgress({ isNews: offset > (request.failedAt?.offset ?? -1) })
      // Pages of odd sizes are counted through at one size.
      if (reading.unevenAt === null) size = pageSizeAfterGoodPage(size, request.maxPerPage)
      if (!isLast) {
        if (following.perPage !== size.perPage && queue.length === 0) {
          following = { page: pageAt(offset, size.perPage).page, perPage: size.perPage }
          lastKnown = following.page
        }
        if (next.perPage === size.perPage)
          lastKnown = lookAhead(page, next.number, next.perPage, request.inFlight)
        fetchAhead()
      }
      yield { page, perPage: next.perPage, nextOffset: offset, nextSize: size, isLast, reading }
      if (isLast) return
    }
  } finally {
    abandon.abort()
  }
}

/** The pages of a size that hold the rows between two offsets. */
function placesOf(from: number, to: number, perPage: number): { page: number; perPage: number }[] {
  const first = pageAt(from, perPage).page
  const last = Math.ceil(to / perPage)
  return Array.from({ length: last - first + 1 }, (_, index) => ({ page: first + index, perPage }))
}

const isWithin = ({ number, perPage }: AskedPage, offset: number) =>
  offsetAfter(number - 1, perPage) <= offset && offset < offsetAfter(number, perPage)

async function judge(
  { path, mostRows, read, expected }: PagesRequest,
  before: ListReading,
  { number, perPage }: { readonly number: number; readonly perPage: number },
  page: PageAnswer,
): Promise<Pick<FetchedPage, 'page' | 'isLast' | 'reading'>> {
  const total = page.pagination?.total ?? null
  const verdict = judgePage(before, { ...page, number, perPage, total, expected }, mostRows)
  const deadEnd = (sameAs: number | null) =>
    deadEndError(path, { page: number, perPage, sameAs, rows: before.rows }, total)
  switch (verdict.kind) {
    case 'more':
    case 'end':
      return { page, isLast: verdict.kind === 'end', reading: verdict.reading }
    case 'all again':
      return { page: { ...page, ...(await readNothing(read)) }, isLast: true, reading: before }
    case 'same page':
      throw deadEnd(verdict.as)
    case 'no end':
      throw deadEnd(null)
  }
}

async function readNothing(read: PagesRequest['read']): Promise<ReadPage> {
  const nothing = await read(Buffer.from('[]'))
  if ('problem' in nothing) throw new Error(`an empty page was not read: ${nothing.problem}`)
  return nothing
}

/** The last page that is worth asking for, given one that is not the last. */
function lookAhead(page: PageAnswer, number: number, perPage: number, inFlight: number): number {
  if (page.count < perPage) return number + 1
  if (page.pagination === null) return number + inFlight
  // One more page than the total says: rows may have come since, and only the page after them proves the end.
  return Math.max(number + 1, Math.ceil(page.pagination.total / perPage))
}
