import { RequestRefusedError } from '../errors.ts'
import { isUnknownItem, toAnswerError } from './answer-errors.ts'
import { type Call, describeCall } from './call.ts'
import type {
  GemClient,
  GemClientOptions,
  GemItem,
  GemPage,
  ItemRequest,
  PageBody,
  PageRequest,
} from './gem-client.types.ts'
import { readHttpDate } from './http-date.ts'
import { readPagination } from './pagination-header.ts'
import { parseItem, parsePage, readable } from './parse-body.ts'
import { Transport } from './transport.ts'

export type {
  GemClient,
  GemClientOptions,
  GemItem,
  GemPage,
  GemTimeouts,
  ItemRequest,
  PageBody,
  PageRecords,
  PageRequest,
} from './gem-client.types.ts'

/** A client of one account's key. Throws UserError when the base URL or a key cannot be used. */
export function createGemClient(options: GemClientOptions): GemClient {
  const transport = new Transport(options)
  const { now = () => new Date() } = options
  return {
    fetchPage: (request) => fetchPage(transport, request, now()),
    fetchPageBody: (request) => fetchPageBody(transport, request, now()),
    fetchItem: (request) => fetchItem(transport, request),
    close: () => transport.close(),
  }
}

async function fetchPageBody(transport: Transport, request: PageRequest, askedAt: Date): Promise<PageBody> {
  const call = callOf(request)
  const answer = await transport.get(call)
  if (answer.status !== 200) throw toAnswerError(call, answer)
  const { headers, body, elapsedMs } = answer
  return {
    body,
    serverTime: earlier(readHttpDate(headers.get('date')), askedAt),
    pagination: readPagination(headers.get('x-pagination')),
    elapsedMs,
  }
}

async function fetchPage(transport: Transport, request: PageRequest, askedAt: Date): Promise<GemPage> {
  const { body, ...answer } = await fetchPageBody(transport, request, askedAt)
  const { value: records, needsSanitising, wasCut } = readable(callOf(request), parsePage(body))
  return { ...answer, bytes: body.length, records, needsSanitising, wasCut }
}

function callOf({ path, query, page, perPage, signal, freshConnection }: PageRequest): Call {
  const paging = { page: String(page), per_page: String(perPage) }
  return { path, label: path, page, perPage, query: { ...query, ...paging }, signal, freshConnection }
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
    freshConnection: request.freshConnection,
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
