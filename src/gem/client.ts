import { RequestRefusedError, TryAgainError } from '../errors.ts'
import { isUnknownItem, toAnswerError } from './answer-errors.ts'
import { type Call, describeCall } from './call.ts'
import type {
  GemClient,
  GemClientOptions,
  GemItem,
  ItemRequest,
  PageAnswer,
  PageReading,
  PageRecords,
  PageRequest,
} from './gem-client.types.ts'
import { readHttpDate } from './http-date.ts'
import { readPagination } from './pagination-header.ts'
import { parseItem, parsePage, type Unreadable } from './parse-body.ts'
import { Transport } from './transport.ts'

export type {
  GemClient,
  GemClientOptions,
  GemItem,
  GemPage,
  GemTimeouts,
  ItemRequest,
  PageAnswer,
  PageReading,
  PageRecords,
  PageRequest,
} from './gem-client.types.ts'

/** A client of one account's key. Throws UserError when the base URL or a key cannot be used. */
export function createGemClient(options: GemClientOptions): GemClient {
  const transport = new Transport(options)
  const { now = () => new Date() } = options
  return {
    fetchPage: (request) => fetchPage(transport, request, readRecords, now()),
    fetchPageAs: (request, read) => fetchPage(transport, request, read, now()),
    fetchItem: (request) => fetchItem(transport, request),
    close: () => transport.close(),
  }
}

async function fetchPage<Read extends object>(
  transport: Transport,
  request: PageRequest,
  read: PageReading<Read>,
  askedAt: Date,
): Promise<Read & PageAnswer> {
  const query = { ...request.query, page: String(request.page), per_page: String(request.perPage) }
  const call: Call = {
    path: request.path,
    label: request.path,
    page: request.page,
    perPage: request.perPage,
    query,
    signal: request.signal,
  }
  const answer = await transport.get(call)
  if (answer.status !== 200) throw toAnswerError(call, answer)
  const { headers, body, elapsedMs } = answer
  const bytes = body.length
  return {
    ...readable(call, await read(body)),
    bytes,
    serverTime: earlier(readHttpDate(headers.get('date')), askedAt),
    pagination: readPagination(headers.get('x-pagination')),
    elapsedMs,
  }
}

async function readRecords(body: Buffer): Promise<PageRecords | Unreadable> {
  const parsed = parsePage(body)
  if ('problem' in parsed) return parsed
  const { value: records, ...rest } = parsed
  return { records, ...rest }
}

function readable<Read extends object>(call: Call, read: Read | Unreadable): Read {
  if (!('problem' in read)) return read
  throw new TryAgainError(`${describeCall(call)}: ${read.problem}`, { smallerPage: read.smallerPage })
}

/** Gem's clock, but never later than ours: by one that runs ahead, changes of the time between would be asked for by nobody. */
function earlier(serverTime: Date | null, askedAt: Date): Date | null {
  return serverTime !== null && serverTime > askedAt ? askedAt : serverTime
}

async function fetchItem(transport: Transport, request: ItemRequest): Promise<GemItem> {
  const call: Call = {
    path: request.path + encodeId(request),
    label: `${request.path}{id}`,
    query: {},
    signal: request.signal,
  }
  const answer = await transport.get(call)
  if (isUnknownItem(answer)) return { found: false }
  if (answer.status !== 200) throw toAnswerError(call, answer)
  const { value: record, needsSanitising } = readable(call, parseItem(answer.body))
  return { found: true, record, needsSanitising }
}

/**
 * An empty id names the list itself, `.` and `..` name its parents even when they are percent-encoded, and
 * a lone surrogate cannot be written in UTF-8: no answer to those would be about the item.
 */
function encodeId({ path, id }: ItemRequest): string {
  if (id === '' || id === '.' || id === '..' || !id.isWellFormed()) {
    throw new RequestRefusedError(
      `${describeCall({ label: `${path}{id}` })}: the id cannot be part of a path`,
      400,
    )
  }
  return encodeURIComponent(id)
}
