import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { type Answer, commonHeaders } from './answers.ts'
import { isAnswerFault, isPageFault } from './fault-answers.ts'
import type { Fault, FaultRegistry, TransportFault } from './faults.ts'
import { createListing } from './listing.ts'
import type { RequestRecorder } from './request-log.ts'
import { applicationAnswer, type Credentials, gatewayAnswer, listOf } from './respond.ts'
import { type Route, routeOf } from './routes.ts'
import { createTokenBucket, type Rate } from './token-bucket.ts'
import { writeAnswer, writeFaulty } from './transport.ts'
import { createViews } from './views.ts'
import type { World } from './world.ts'
import type { WorldState } from './world-state.ts'

export interface ServerParts {
  state: WorldState
  world: World
  faults: FaultRegistry
  requests: RequestRecorder
  credentials: Credentials
  /** Answers requests under `/_control/`; without it they are unknown routes. */
  control?: (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<void>
}

export interface GemServer {
  server: Server
  setLatency(milliseconds: number): void
  setRate(rate: Rate | null): void
}

export function createGemServer(parts: ServerParts): GemServer {
  const { state, credentials, faults } = parts
  const context = { state, credentials, readPage: createListing(state, createViews(state)) }
  let latency = 0
  let bucket: { take(): boolean } = { take: () => true }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://gem.invalid')
    if (parts.control && url.pathname.startsWith('/_control/')) return parts.control(request, response, url)
    request.resume()
    const route = routeOf(request.method ?? '', url.pathname)
    const logged = logRequest(parts.requests, request, url, route)
    response.on('close', logged.ended)
    response.sendDate = false
    if (latency > 0) await pause(latency, undefined, { ref: false })
    const refused = gatewayAnswer(route, request.headers, credentials, () => bucket.take())
    const struck = refused ? [] : faults.take(targetOf(route, url.searchParams))
    for (const fault of struck) await fault.before?.(parts.world)
    const asked = { route, query: url.searchParams, headers: request.headers }
    const answer = withCommonHeaders(refused ?? applicationAnswer(asked, struck, context), state)
    const transport = struck.find(isTransportFault)
    if (transport?.kind !== 'hang' && transport?.kind !== 'reset') logged.answered(answer.status)
    if (transport === undefined) writeAnswer(response, answer)
    else await writeFaulty(response, answer, transport)
  }

  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    handle(request, response).catch((error: unknown) => confess(response, error))
  })
  return {
    server,
    setLatency(milliseconds) {
      latency = milliseconds
    },
    setRate(rate) {
      bucket = rate === null ? { take: () => true } : createTokenBucket(rate, () => performance.now())
    },
  }
}

/** A mistake of the simulator, or of a test's own `before`, must not look like one of Gem's faults. */
function confess(response: ServerResponse, error: unknown): void {
  const body = JSON.stringify({ message: `The simulated Gem failed: ${String(error)}` })
  if (response.headersSent) response.destroy()
  else writeAnswer(response, { status: 500, headers: { 'content-type': 'application/json' }, body })
}

function isTransportFault(fault: Fault): fault is Fault & { kind: TransportFault } {
  return !isAnswerFault(fault) && !isPageFault(fault)
}

function withCommonHeaders(answer: Answer, state: WorldState): Answer {
  return { ...answer, headers: { ...commonHeaders(state.now()), ...answer.headers } }
}

function targetOf(route: Route, query: URLSearchParams) {
  const isItem = route.kind === 'item'
  const target: 'list' | 'item' = isItem ? 'item' : 'list'
  return { stream: listOf(route), target, page: isItem ? undefined : (numberIn(query, 'page') ?? 1) }
}

function logRequest(requests: RequestRecorder, request: IncomingMessage, url: URL, route: Route) {
  return requests.begin({
    ...{ method: request.method ?? '', path: url.pathname, stream: listOf(route), status: 0, at: Date.now() },
    ...{ query: queryOf(url.searchParams), headers: Object.keys(request.headers) },
    ...{ page: numberIn(url.searchParams, 'page'), perPage: numberIn(url.searchParams, 'per_page') },
  })
}

function queryOf(parameters: URLSearchParams): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = {}
  for (const name of new Set(parameters.keys())) {
    const values = parameters.getAll(name)
    query[name] = values.length === 1 ? values[0]! : values
  }
  return query
}

function numberIn(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined
}
