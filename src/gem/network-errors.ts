import { RequestRefusedError, type SmallerPage, TryAgainError } from '../errors.ts'
import { type Call, describeCall } from './call.ts'
import { PrivateAddressError } from './private-address.ts'
import { BodyTooLargeError, NotUtf8Error, UnknownEncodingError } from './read-body.ts'

/** Faults that a smaller page may avoid, by the code of undici or zlib. */
const SMALLER_PAGE: Record<string, readonly [what: string, SmallerPage]> = {
  UND_ERR_HEADERS_TIMEOUT: ['no answer in time', 'at once'],
  UND_ERR_BODY_TIMEOUT: ['the body stopped coming', 'at once'],
  UND_ERR_RES_EXCEEDED_MAX_SIZE: ['the body is too large', 'at once'],
  Z_BUF_ERROR: ['the compressed body is truncated', 'if repeated'],
}

/**
 * Turns what failed before an answer was complete into what to do about it. The fault itself is not kept as `cause`,
 * and of its text only the code: undici's parser errors carry bytes of the body.
 */
export function toNetworkError(
  call: Call,
  error: unknown,
  { expired, proxy }: { expired: boolean; proxy: string | null },
): Error {
  const where = proxy === null ? describeCall(call) : `${describeCall(call)} through the proxy ${proxy}`
  if (expired)
    return new TryAgainError(`${where}: the answer took too long as a whole`, { smallerPage: 'at once' })
  const refused = findPrivateAddressError(error)
  if (refused !== null) return new RequestRefusedError(`${where}: ${refused.message}`, 0)
  if (error instanceof BodyTooLargeError)
    return new TryAgainError(`${where}: ${error.message}`, { smallerPage: 'at once' })
  if (error instanceof UnknownEncodingError || error instanceof NotUtf8Error)
    return new TryAgainError(`${where}: ${error.message}`)
  const answer = proxy === null ? null : proxyAnswer(error)
  if (answer !== null) return new TryAgainError(`${where}: the proxy answered with status ${answer}`)
  const code = codeOf(error)
  const known = SMALLER_PAGE[code]
  if (known !== undefined) {
    const [what, smallerPage] = known
    return new TryAgainError(`${where}: ${what} (${code})`, { smallerPage })
  }
  const what = isDecompressors(code) ? 'the compressed body is broken' : 'the connection failed'
  return new TryAgainError(`${where}: ${what} (${code})`)
}

/** What the proxy has answered instead of making a tunnel: undici tells it in words alone. */
function proxyAnswer(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  return /^Proxy response \((\d{3})\) !== 200/.exec(error.message)?.[1] ?? proxyAnswer(error.cause)
}

/** zlib's codes begin with Z_, brotli's are of Node's own making. */
const isDecompressors = (code: string) => /^(Z_|ERR__ERROR_FORMAT|ERR_BROTLI)/.test(code)

/** Where several addresses were tried, Node wraps their errors in an AggregateError. */
function findPrivateAddressError(error: unknown): PrivateAddressError | null {
  if (error instanceof PrivateAddressError) return error
  return error instanceof AggregateError ? findPrivateAddressError(error.errors[0]) : null
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const code = 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code) ? code : error.name
}
