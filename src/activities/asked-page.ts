import type { GemClient, PageBody } from '../gem/client.ts'
import { readable, type Unreadable } from '../gem/parse-body.ts'
import { inSpan, recordSpan } from '../tracing.ts'
import type { ReadPage } from './read-page.ts'

export interface ListToRead {
  /** Of the collection, with its trailing slash. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  /** Reads the page that is next, while the one before it is committed. The body is its own. */
  readonly read: (body: Buffer) => Promise<ReadPage | Unreadable>
}

export type PageAnswer = ReadPage & Omit<PageBody, 'body'>

interface AskedPlace {
  readonly page: number
  readonly perPage: number
  readonly signal: AbortSignal
  readonly freshConnection: boolean
  /** Told when the page is being read: another one may be asked for. */
  readonly onFetched: () => void
}

/** A page that is asked for once. What becomes of it is handled where it is awaited; it may never be. */
export class AskedPage {
  readonly number: number
  readonly perPage: number
  readonly #client: GemClient
  readonly #list: ListToRead
  readonly #place: AskedPlace
  #fetched: Promise<PageBody> | null = null
  /** The call has begun and has no answer yet. */
  isUnderWay = false
  /** It has been answered, and is being read. */
  isFetched = false
  #answer: Promise<PageAnswer> | null = null

  constructor(client: GemClient, list: ListToRead, place: AskedPlace) {
    this.number = place.page
    this.perPage = place.perPage
    this.#client = client
    this.#list = list
    this.#place = place
  }

  /** Makes the call, unless it has been made. */
  begin(): Promise<PageBody> {
    if (this.#fetched === null) {
      this.isUnderWay = true
      this.#fetched = this.#fetch().finally(() => {
        this.isUnderWay = false
      })
      this.#fetched.catch(() => {})
    }
    return this.#fetched
  }

  /** Resolves when the call has ended, however it did. */
  get answered(): Promise<unknown> {
    return Promise.allSettled([this.#fetched])
  }

  #fetch(): Promise<PageBody> {
    const { path, query } = this.#list
    const { onFetched: _, ...place } = this.#place
    const attributes = { page: place.page, per_page: place.perPage }
    return inSpan('fetch page', { attributes }, () =>
      this.#client.fetchPageBody({ ...place, path, query: { ...query } }),
    )
  }

  beginReading(): Promise<PageAnswer> {
    if (this.#answer === null) {
      this.#answer = this.#read()
      this.#answer.catch(() => {})
    }
    return this.#answer
  }

  async #read(): Promise<PageAnswer> {
    const { body, ...answer } = await this.begin()
    this.isFetched = true
    if (!this.#place.signal.aborted) this.#place.onFetched()
    const { number: page, perPage } = this
    const start = performance.now()
    const read = readable({ label: this.#list.path, page, perPage }, await this.#list.read(body))
    const attributes = { page, records: read.count }
    recordSpan('map page', { attributes }, (performance.now() - start) / 1000)
    return { ...answer, ...read }
  }
}

/** Pages of which there is no more than the call or its answer: the one that is being read is neither. */
export const waiting = ([next, ...others]: readonly AskedPage[]) =>
  others.length + (next && !next.isFetched ? 1 : 0)

/** Waits until another call may begin: a page that was answered and could not be read has let one begin already. */
export async function hasRoom(queue: readonly AskedPage[], inFlight: number): Promise<void> {
  for (;;) {
    const underWay = queue.filter((page) => page.isUnderWay)
    if (underWay.length < inFlight) return
    await Promise.race(underWay.map((page) => page.answered))
  }
}
