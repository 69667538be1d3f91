import { type Answer, applicationError, gatewayError, success } from './answers.ts'
import { type AnswerFault, answerFaults, type Fault, type PageFault, pageFaults } from './faults.ts'
import { isPage, type Page, type ReadPage } from './listing.ts'
import type { ListName } from './types.ts'

export function isAnswerFault(fault: Fault): fault is Fault & { kind: AnswerFault } {
  return (answerFaults as readonly string[]).includes(fault.kind)
}

export function isPageFault(fault: Fault): fault is Fault & { kind: PageFault } {
  return (pageFaults as readonly string[]).includes(fault.kind)
}

const html = (text: string) => `<html><head><title>${text}</title></head><body><h1>${text}</h1></body></html>`
const asHtml = { 'content-type': 'text/html' }

/** The answer that stands in for the real one. */
export function faultAnswer(fault: Fault & { kind: AnswerFault }): Answer {
  switch (fault.kind) {
    case 'throttle':
    case 'quota':
    case '503':
      return withRetryAfter(gatewayError(fault.kind), fault.retryAfter)
    case 'forbidden':
    case '500':
    case '504':
    case '504-network':
      return gatewayError(fault.kind)
    case '413':
      return gatewayError('too-long')
    case 'unauthorized':
    case '401':
      return applicationError(401, { message: 'The application secret is not valid.' })
    case '403':
      return applicationError(403, { message: 'This key may not read this.' })
    case '400':
      return applicationError(400, { message: 'The request is not valid.' })
    case '404':
      return applicationError(404, { message: 'Not found.' })
    case '409':
      return applicationError(409, { message: 'The list is being changed.' })
    case '422':
      return applicationError(422, { query: { page: ['Not a valid value.'] } })
    case '502-html':
      return { status: 502, headers: asHtml, body: html('502 Bad Gateway') }
    case 'html':
      return { status: 200, headers: asHtml, body: html('Sign in') }
    case 'empty-body':
      return success('')
    case 'redirect':
      return { status: 302, headers: { location: fault.location ?? 'http://127.0.0.1:9/' }, body: '' }
  }
}

function withRetryAfter(answer: Answer, retryAfter: number | string | undefined): Answer {
  if (retryAfter === undefined) return answer
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(retryAfter) } }
}

/** Reads a page of a list with a fault in it; other requests' answers have no pages and stay as they are. */
export function faultyPage(
  fault: Fault & { kind: PageFault },
  list: ListName,
  query: URLSearchParams,
  readPage: ReadPage,
): Page | Answer {
  const page = readPage(list, query)
  if (!isPage(page)) return page
  switch (fault.kind) {
    case 'drift':
      return page
    case 'empty-page':
      return { ...page, elements: [] }
    case 'not-array':
      return success('{"results":[]}')
    case 'malformed-record': {
      const elements = [...page.elements]
      elements.splice(elements.length >> 1, 0, JSON.stringify(fault.element ?? 12345))
      return { ...page, elements: elements.slice(0, Math.max(page.perPage, 1)) }
    }
    case 'short-page':
      return { ...page, elements: page.elements.slice(0, -(fault.rows ?? 1)) }
    case 'wrong-total':
      return { ...page, total: Math.max(0, page.total + (fault.rows ?? 1)) }
    case 'repeated-page': {
      const before = readPage(list, query, { page: Math.max(1, page.page - 1) })
      return isPage(before) ? { ...before, page: page.page } : before
    }
    case 'ignored-page':
      return readPage(list, query, { page: 1 })
    case 'ignored-per-page':
      return readPage(list, query, { perPage: fault.rows ?? 3 })
    case 'unpaged':
      return readPage(list, query, { page: 1, perPage: Math.max(1, page.total) })
    case 'endless':
      return filledPage(page, list, query, readPage)
    case 'endless-new': {
      const elements = [...page.elements]
      while (elements.length < page.perPage)
        elements.push(JSON.stringify({ id: `endless-${page.page}-${elements.length}` }))
      return { ...page, elements }
    }
  }
}

/** A page that is never short: what is missing is filled with elements of the list's first page, over and over. */
function filledPage(page: Page, list: ListName, query: URLSearchParams, readPage: ReadPage): Page {
  const first = readPage(list, query, { page: 1 })
  const filling = isPage(first) ? first.elements : []
  if (filling.length === 0) return page
  const elements = [...page.elements]
  while (elements.length < page.perPage) elements.push(filling[elements.length % filling.length]!)
  return { ...page, elements }
}
