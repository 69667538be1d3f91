import type { GemDispatcher } from './dispatcher.ts'
import type { Limiter } from './limiter.ts'
import type { Proxies } from './proxy.ts'

/** Milliseconds. `total` bounds one answer as a whole: a body that trickles in resets `body` for ever. */
export interface GemTimeouts {
  connect: number
  headers: number
  body: number
  total: number
}

export interface GemClientOptions {
  /** Without `/ats/v0`: `https://api.gem.com`; checked by `checkBaseUrl`. */
  baseUrl: string
  apiKey: string
  /** A partner's second key, sent as `X-Application-Secret`. */
  applicationSecret?: string | null | undefined
  /** Allows http and private addresses: for a simulated Gem only. */
  allowInsecureBaseUrl: boolean
  limiter?: Limiter | undefined
  timeouts?: Partial<GemTimeouts> | undefined
  /** The largest answer taken, in bytes after decompression. Default 32 MiB. */
  maxBodyBytes?: number | undefined
  /** A pool shared by several clients (see `createGemDispatcher`), closed by its owner. Default: an own pool. */
  dispatcher?: GemDispatcher | undefined
  /** Proxies of an own pool. Default: none. */
  proxies?: Proxies | undefined
  /** Our own clock. Default: the machine's. */
  now?: (() => Date) | undefined
  /** Told of each request once it has ended, however it did. */
  onCall?: ((call: EndedCall) => void) | undefined
}

export interface EndedCall {
  /** Null: no whole answer came. */
  status: number | null
  /** Without the wait for the limiter. */
  elapsedMs: number
}

export interface PageRequest {
  /** The list with its trailing slash: `/ats/v0/candidates/`. */
  path: string
  /** The page's number from 1, not an offset. */
  page: number
  /** 1 to 500. */
  perPage: number
  query: Record<string, string>
  signal?: AbortSignal | undefined
  /** Made on a connection that no other call has used: what is wrong may be the one that the pool would take. */
  freshConnection?: boolean | undefined
}

/** A page as it was answered. */
export interface PageBody {
  /** After decompression; UTF-8. */
  body: Buffer
  /** The `Date` header, or our clock when the page was asked for if that is earlier; null without the header. */
  serverTime: Date | null
  /** The `X-Pagination` header; null when absent or malformed. It only hints at drift: a list ends by its last page's length. */
  pagination: { total: number; totalPages: number | null } | null
  /** From the request to the last byte, without the wait for the limiter. */
  elapsedMs: number
}

export interface PageRecords {
  /** As Gem sent them; a number that a double cannot hold is a `JSON.rawJSON` object, which `JSON.stringify` writes digit by digit. */
  records: unknown[]
  /** Strings may hold NUL or lone surrogates, which PostgreSQL refuses. */
  needsSanitising: boolean
  /** Values nested deeper than `MAX_DEPTH` were replaced by null. */
  wasCut: boolean
}

export interface GemPage extends Omit<PageBody, 'body'>, PageRecords {
  /** Of the body after decompression. */
  bytes: number
}

export interface ItemRequest {
  /** The list that holds the item, with its trailing slash: `/ats/v0/candidates/`. */
  path: string
  id: string
  signal?: AbortSignal | undefined
  /** As of a page. */
  freshConnection?: boolean | undefined
}

export type GemItem = { found: true; record: unknown; needsSanitising: boolean } | { found: false }

/**
 * Every method throws what `src/errors.ts` names (TryAgainError, WaitError, CredentialsRefusedError,
 * RequestRefusedError), what the limiter throws, or the reason of the given signal when that was aborted.
 */
export interface GemClient {
  fetchPage(request: PageRequest): Promise<GemPage>
  /** The same, for whoever parses it elsewhere. */
  fetchPageBody(request: PageRequest): Promise<PageBody>
  /** `found: false` only for a 404 of Gem's application itself, never for a gateway's. */
  fetchItem(request: ItemRequest): Promise<GemItem>
  close(): Promise<void>
}
