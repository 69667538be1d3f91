import { randomUUID } from 'node:crypto'

/** An answer before it is written: `body` is a text, or what becomes JSON. */
export interface Answer {
  status: number
  headers: Record<string, string>
  body: string
}

/** The gateway's own errors: what it says, and the type it names in `x-amzn-ErrorType`. */
const gatewayErrors = {
  forbidden: [403, 'Forbidden', 'ForbiddenException'],
  'no-route': [403, 'Missing Authentication Token', 'MissingAuthenticationTokenException'],
  throttle: [429, 'Too Many Requests', 'TooManyRequestsException'],
  quota: [429, 'Limit Exceeded', 'LimitExceededException'],
  'too-long': [413, 'Request Too Long', 'RequestTooLargeException'],
  '500': [500, 'Internal server error', 'InternalServerErrorException'],
  '502': [502, 'Internal server error', 'InternalServerErrorException'],
  '503': [503, 'Service Unavailable', 'ServiceUnavailableException'],
  '504': [504, 'Endpoint request timed out', 'InternalServerErrorException'],
  '504-network': [504, 'Network error communicating with endpoint', 'InternalServerErrorException'],
} as const satisfies Record<string, readonly [number, string, string]>
export type GatewayError = keyof typeof gatewayErrors

const json = { 'content-type': 'application/json' }

/** An error of the gateway: no `code` in the body. */
export function gatewayError(error: GatewayError): Answer {
  const [status, message, type] = gatewayErrors[error]
  return { status, headers: { ...json, 'x-amzn-ErrorType': type }, body: JSON.stringify({ message }) }
}

const statusTexts: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  422: 'Unprocessable Entity',
}

/** What is wrong in which parameter. */
export type FieldErrors = Record<string, string[]>

/** An error of Gem's application: `code` and `status`, at times `message` and `errors`. */
export function applicationError(
  status: number,
  details: { message?: string; query?: FieldErrors } = {},
): Answer {
  const body = {
    ...{ code: status, status: statusTexts[status] ?? 'Error' },
    ...(details.message === undefined ? {} : { message: details.message }),
    ...(details.query === undefined ? {} : { errors: { query: details.query } }),
  }
  return { status, headers: json, body: JSON.stringify(body) }
}

export function success(body: string, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers: { ...json, ...headers }, body }
}

/** Headers of every answer. The date is the server's clock, which tests can set. */
export function commonHeaders(now: Date): Record<string, string> {
  return {
    date: now.toUTCString(),
    'x-amzn-RequestId': randomUUID(),
    'x-amz-apigw-id': randomUUID().slice(0, 15),
  }
}
