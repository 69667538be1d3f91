import type { GemClient, PageBody } from '../gem/client.ts'
import { deadEndError } from '../gem/dead-end.ts'
import { judgePage, type ListReading } from '../gem/list-reading.ts'
import { type PageSize, pageSizeAfterGoodPage } from '../gem/page-size.ts'
import { offsetAfter, pageAt } from '../gem/paging.ts'
import { readable, type Unreadable } from '../gem/parse-body.ts'
import { inSpan, recordSpan } from '../tracing.ts'
import type { ReadPage } from './read-page.ts'

export interface PagesRequest {
  /** Of the collection, with its trailing slash. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Rows that are committed already. */
  readonly offset: number
  /** What the pages before the offset have shown. */
  readonly reading: ListReading
  /** How many rows the list has, by a page that was read a moment ago; null: one page is asked for at first. */
  readonly total: number | null
  /** After so many rows a list without a total is taken for one without an end. */
  readonly mostRows: number
  readonly size: PageSize
  readonly maxPerPage: number
  /** Most calls under way at a time. */
  readonly inFlight: number
  /** Asked before each call: whether the slice has room for another page. */
  readonly mayFetch: () => boolean
  /** Reads the page that is next, while the one before it is committed. The body is its own. */
  readonly read: (body: Buffer) => Promise<ReadPage | Unreadable>
  readonly signal: AbortSignal
}

type Answer = ReadPage & Omit<PageBody, 'body'>

export interface FetchedPage {
  readonly page: Answer
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

  const fetchAhead = () => {
    // Pages are numbered by their size: those of another one come when all of the old one are read.
    const isCounted = following.perPage === size.perPage
    while (
      isCounted &&
      following.page <= lastKnown &&
      waiting(queue) < request.inFlight &&
      request.mayFetch()
    ) {
      queue.push(new AskedPage(client, request, { ...following, signal, onFetched: fetchAhead }))
      following = { ...following, page: following.page + 1 }
    }
    // One page ahead of the commit is enough: those behind it wait as the bytes that came, which cost the collector nothing.
    queue[0]?.beginReading()
  }

  try {
    fetchAhead()
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { page, isLast, ...judged } = await judge(request, reading, next, await next.beginReading())
      reading = judged.reading
      offset = offsetAfter(next.number, next.perPage)
      // Pages of odd sizes are counted through at one size.
      if (reading.unevenAt === null) size = pageSizeAfterGoodPage(size, request.maxPerPage)
      if (size.perPage === next.perPage) {
        lastKnown = isLast ? next.number : lookAhead(page, next.number, next.perPage, request.inFlight)
        fetchAhead()
      } else if (queue.length === 0) {
        following = { page: pageAt(offset, size.perPage).page, perPage: size.perPage }
        lastKnown = following.page
        fetchAhead()
      }
      yield { page, perPage: next.perPage, nextOffset: offset, nextSize: size, isLast, reading }
      if (isLast) return
    }
  } finally {
    abandon.abort()
  }
}

interface AskedPlace {
  readonly page: number
  readonly perPage: number
  readonly signal: AbortSignal
  /** Told when the page is being read: another one may be asked for. */
  readonly onFetched: () => void
}

/** Pages of which there is no more than the call or its answer: the one that is being read is neither. */
const waiting = ([next, ...others]: readonly AskedPage[]) => others.length + (next && !next.isFetched ? 1 : 0)

/** A page that has been asked for. What becomes of it is handled where it is awaited; it may never be. */
class AskedPage {
  readonly number: number
  readonly perPage: number
  readonly #request: PagesRequest
  readonly #fetched: Promise<PageBody>
  readonly #signal: AbortSignal
  readonly #onFetched: () => void
  /** It has been answered, and is being read. */
  isFetched = false
  #answer: Promise<Answer> | null = null

  constructor(client: GemClient, request: PagesRequest, { page, perPage, signal, onFetched }: AskedPlace) {
    this.number = page
    this.perPage = perPage
    this.#request = request
    this.#signal = signal
    this.#onFetched = onFetched
    const { path, query } = request
    this.#fetched = inSpan('fetch page', { attributes: { page, per_page: perPage } }, () =>
      client.fetchPageBody({ path, query: { ...query }, page, perPage, signal }),
    )
    this.#fetched.catch(() => {})
  }

  beginReading(): Promise<Answer> {
    if (this.#answer === null) {
      this.#answer = this.#read()
      this.#answer.catch(() => {})
    }
    return this.#answer
  }

  async #read(): Promise<Answer> {
    const { body, ...answer } = await this.#fetched
    this.isFetched = true
    if (!this.#signal.aborted) this.#onFetched()
    const { number: page, perPage } = this
    const start = performance.now()
    const read = readable({ label: this.#request.path, page, perPage }, await this.#request.read(body))
    const attributes = { page, records: read.count }
    recordSpan('map page', { attributes }, (performance.now() - start) / 1000)
    return { ...answer, ...read }
  }
}

async function judge(
  { path, mostRows, read }: PagesRequest,
  before: ListReading,
  { number, perPage }: { readonly number: number; readonly perPage: number },
  page: Answer,
): Promise<Pick<FetchedPage, 'page' | 'isLast' | 'reading'>> {
  const total = page.pagination?.total ?? null
  const verdict = judgePage(before, { ...page, number, perPage, total }, mostRows)
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
function lookAhead(page: Answer, number: number, perPage: number, inFlight: number): number {
  if (page.count < perPage) return number + 1
  if (page.pagination === null) return number + inFlight
  // One more page than the total says: rows may have come since, and only the page after them proves the end.
  return Math.max(number + 1, Math.ceil(page.pagination.total / perPage))
}
