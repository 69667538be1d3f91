import { CredentialsRefusedError, RequestRefusedError, TryAgainError, WaitError } from '../errors.ts'
import { type Answer, textOf } from './answer.ts'
import { type Call, describeCall } from './call.ts'
import { type ErrorBody, readErrorBody } from './error-body.ts'
import { readRetryAfter } from './retry-after.ts'

type ErrorAnswer = Pick<Answer, 'status' | 'headers' | 'body'>
type Remedy =
  | 'try-again'
  | 'retry-smaller'
  | 'smaller-page'
  | 'wait'
  | 'wait-quota'
  | 'credentials'
  | 'refused'

/** What to do about a status; those not named go by their hundred, 4xx refused and 5xx tried again. */
const REMEDY_OF_STATUS: Record<number, Remedy> = {
  401: 'credentials',
  403: 'credentials',
  408: 'try-again',
  413: 'smaller-page',
  429: 'wait',
  504: 'smaller-page',
}

/** The gateway says two different things with the same status; only its text tells them apart. */
const REMEDY_OF_GATEWAY_TEXT: Record<string, Remedy> = {
  '403 Missing Authentication Token': 'refused', // no such route: nothing is wrong with the key
  '429 Limit Exceeded': 'wait-quota',
}

/** The typed error that an answer other than 200 stands for (gem-api.md, section 3). `now` is the local time. */
export function toAnswerError(call: Call, answer: ErrorAnswer, now = new Date()): Error {
  const body = readErrorBody(textOf(answer.body))
  const message = describe(call, answer, body)
  switch (remedyOf(answer.status, body)) {
    case 'try-again':
      return new TryAgainError(message)
    case 'retry-smaller':
      return new TryAgainError(message, { smallerPage: 'if repeated' })
    case 'smaller-page':
      return new TryAgainError(message, { smallerPage: 'at once' })
    case 'wait':
      return new WaitError(message, 'throttled', readRetryAfter(answer.headers, now))
    case 'wait-quota':
      return new WaitError(message, 'quota', readRetryAfter(answer.headers, now))
    case 'credentials':
      return new CredentialsRefusedError(
        `${message}; the key may not read this list. If Gem refuses all of them: gem-ats-sync account set-key ACCOUNT`,
      )
    case 'refused':
      return new RequestRefusedError(message, answer.status)
  }
}

/**
 * Whether Gem's application itself says that the item does not exist. A gateway's 404, or one that is not in the
 * application's form, says nothing about the item.
 */
export function isUnknownItem(answer: ErrorAnswer): boolean {
  return answer.status === 404 && readErrorBody(textOf(answer.body)).code === 404
}

function remedyOf(status: number, body: ErrorBody): Remedy {
  const byText = body.code === null ? REMEDY_OF_GATEWAY_TEXT[`${status} ${body.message}`] : undefined
  const remedy = byText ?? REMEDY_OF_STATUS[status]
  if (remedy !== undefined) return remedy
  if (status >= 500) return 'retry-smaller'
  // A success that is not 200 (204, 206) holds no list; a redirect that was not followed never will.
  return status < 300 ? 'try-again' : 'refused'
}

function describe(call: Call, { status, headers }: ErrorAnswer, body: ErrorBody): string {
  const said = body.shownText === null ? '' : ` ${body.shownText}`
  const parameters = body.fields.filter((field) => Object.hasOwn(call.query, field))
  const about = parameters.length === 0 ? '' : ` about ${parameters.join(', ')}`
  const requestId = headers.get('x-amzn-requestid') ?? ''
  const request = /^[\w-]{1,64}$/.test(requestId) ? ` (request ${requestId})` : ''
  return `${describeCall(call)}: status ${status}${said}${about}${request}`
}
