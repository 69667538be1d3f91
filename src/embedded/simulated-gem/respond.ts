import { timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { type Answer, applicationError, gatewayError, success } from './answers.ts'
import { faultAnswer, faultyPage, isAnswerFault, isPageFault } from './fault-answers.ts'
import type { Fault } from './faults.ts'
import { isPage, type Page, pageAnswer, type ReadPage, stagesOfJob } from './listing.ts'
import type { Route } from './routes.ts'
import { isListed, servedElement } from './serving.ts'
import type { ListName } from './types.ts'
import type { WorldState } from './world-state.ts'

export interface Credentials {
  apiKey: string
  applicationSecret: string | null
}

/** What the gateway says before a request reaches Gem's application; undefined lets it through. */
export function gatewayAnswer(
  route: Route,
  headers: IncomingHttpHeaders,
  credentials: Credentials,
  take: () => boolean,
): Answer | undefined {
  if (route.kind === 'unknown') return gatewayError('no-route')
  if (!isEqual(headers['x-api-key'], credentials.apiKey)) return gatewayError('forbidden')
  return take() ? undefined : gatewayError('throttle')
}

/** Answers a request that the gateway let through. */
export function applicationAnswer(
  request: { route: Route; query: URLSearchParams; headers: IncomingHttpHeaders },
  faults: Fault[],
  context: { state: WorldState; credentials: Credentials; readPage: ReadPage },
): Answer {
  const { state, credentials } = context
  const struck = faults.find(isAnswerFault)
  if (struck !== undefined) return faultAnswer(struck)
  if (state.switches.quotaExceeded) return gatewayError('quota')
  if (!hasSecret(request.headers, credentials))
    return applicationError(401, { message: 'The application secret is not valid.' })
  const list = listOf(request.route)
  if (list !== undefined && state.switches.forbidden.includes(list))
    return applicationError(403, { message: 'This key may not read this.' })
  return limited(readAnswer(request.route, request.query, faults, context), state.switches.maxBodyBytes)
}

/** The list that a route reads from. */
export function listOf(route: Route): ListName | undefined {
  if (route.kind === 'stages-of-job') return 'job_stages'
  return route.kind === 'list' || route.kind === 'item' ? route.list : undefined
}

function readAnswer(
  route: Route,
  query: URLSearchParams,
  faults: Fault[],
  { state, readPage }: { state: WorldState; readPage: ReadPage },
): Answer {
  switch (route.kind) {
    case 'list': {
      const struck = faults.filter(isPageFault).find(({ kind }) => kind !== 'drift')
      const page = struck ? faultyPage(struck, route.list, query, readPage) : readPage(route.list, query)
      return finish(page, state)
    }
    case 'stages-of-job':
      return finish(stagesOfJob(state, route.jobId, query), state)
    case 'item':
      return itemAnswer(state, route.list, route.id)
    case 'absent':
    case 'unknown':
      return applicationError(404, { message: 'Not found.' })
  }
}

function finish(page: Page | Answer, state: WorldState): Answer {
  return isPage(page) ? pageAnswer(page, state.switches.totals) : page
}

function itemAnswer(state: WorldState, list: ListName, id: string): Answer {
  const missing = applicationError(404, { message: 'Not found.' })
  if (!state.switches.itemReads) return missing
  if (list === 'offices') {
    const office = state.offices.find((candidate) => candidate.id === id)
    return office === undefined ? missing : success(JSON.stringify(office))
  }
  const slot = state.stores[list].find(id)
  if (slot === undefined || !isListed(state, list, slot)) return missing
  return success(JSON.stringify(servedElement(state, list, slot, { includeDeleted: true, sign: true })))
}

function limited(answer: Answer, maxBytes: number | null): Answer {
  // A character takes at most three bytes, so that most bodies need not be measured.
  if (maxBytes === null || answer.body.length * 3 <= maxBytes) return answer
  return Buffer.byteLength(answer.body) > maxBytes ? gatewayError('500') : answer
}

function hasSecret(headers: IncomingHttpHeaders, { applicationSecret }: Credentials): boolean {
  return applicationSecret === null || isEqual(headers['x-application-secret'], applicationSecret)
}

function isEqual(given: string | string[] | undefined, expected: string): boolean {
  if (typeof given !== 'string') return false
  const [left, right] = [Buffer.from(given), Buffer.from(expected)]
  return left.length === right.length && timingSafeEqual(left, right)
}
