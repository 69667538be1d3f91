import { SpanKind } from '@opentelemetry/api'
import type { Dispatcher } from 'undici'
import manifest from '../../package.json' with { type: 'json' }
import { UserError, WaitError } from '../errors.ts'
import { recordSpan } from '../tracing.ts'
import { type Answer, toAnswerHeaders } from './answer.ts'
import { toAnswerError } from './answer-errors.ts'
import { checkBaseUrl } from './base-url.ts'
import { type Call, pathAndQuery } from './call.ts'
import { Deadline } from './deadline.ts'
import { createGemDispatcher, type GemDispatcher } from './dispatcher.ts'
import type { GemClientOptions, GemTimeouts } from './gem-client.types.ts'
import { type Limiter, unlimited } from './limiter.ts'
import { toNetworkError } from './network-errors.ts'
import { ACCEPTED_ENCODINGS, checkUtf8, readBody } from './read-body.ts'
import { readErrorText } from './read-error-text.ts'
import { redirectTarget } from './redirect.ts'

/** Gem's gateway gives up after 29 s and says so: waiting a little longer hears its 504. */
const DEFAULT_TIMEOUTS: GemTimeouts = { connect: 10_000, headers: 35_000, body: 15_000, total: 60_000 }

/** The gateway lets at most 10 MB pass, which may be counted before decompression. */
const DEFAULT_MAX_BODY_BYTES = 32 * 1024 * 1024

/** Makes calls and returns whatever was answered. The keys live in private fields, out of reach of `inspect`. */
export class Transport {
  readonly #base: URL
  readonly #headers: Record<string, string>
  readonly #dispatcher: GemDispatcher
  readonly #ownsDispatcher: boolean
  /** Host and port; null: calls go directly. */
  readonly #proxy: string | null
  readonly #limiter: Limiter
  readonly #timeouts: GemTimeouts
  readonly #maxBodyBytes: number
  readonly #onCall: GemClientOptions['onCall']

  constructor(options: GemClientOptions) {
    this.#base = checkBaseUrl(options.baseUrl, { allowInsecure: options.allowInsecureBaseUrl })
    this.#headers = requestHeaders(options)
    this.#timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
    this.#maxBodyBytes = options.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES
    this.#limiter = options.limiter ?? unlimited
    this.#onCall = options.onCall
    this.#ownsDispatcher = options.dispatcher === undefined
    this.#dispatcher =
      options.dispatcher ??
      createGemDispatcher({
        allowPrivateAddresses: options.allowInsecureBaseUrl,
        connectTimeout: this.#timeouts.connect,
        proxies: options.proxies,
      })
    this.#proxy = this.#dispatcher.proxyOf(this.#base.origin)
  }

  /** Follows one redirect within Gem's own origin; no other host ever sees the keys. */
  async get(call: Call): Promise<Answer> {
    const basePath = this.#base.pathname === '/' ? '' : this.#base.pathname
    const path = basePath + pathAndQuery(call)
    const answer = await this.#request(call, path)
    const target = redirectTarget(call, answer, this.#base.origin, path)
    return target === null ? answer : this.#request(call, target)
  }

  /** The limiter learns of a refused call here, and not when the caller comes to look at it: others go on meanwhile. */
  async #request(call: Call, path: string): Promise<Answer> {
    const permit = await this.#limiter.acquire(call.signal)
    const answer = await this.#exchange(call, path)
    if (answer.status === 200) return answer
    const error = toAnswerError(call, answer)
    if (error instanceof WaitError) await permit.refused(error)
    return answer
  }

  async #exchange(call: Call, path: string): Promise<Answer> {
    call.signal?.throwIfAborted()
    using deadline = new Deadline(this.#timeouts.total, call.signal)
    const ownConnection = call.freshConnection ? this.#dispatcher.freshConnection(this.#base.origin) : null
    const start = performance.now()
    let status: number | null = null
    try {
      const response = await (ownConnection ?? this.#dispatcher).request({
        method: 'GET',
        origin: this.#base.origin,
        path,
        headers: this.#headers,
        signal: deadline.signal,
        headersTimeout: this.#timeouts.headers,
        bodyTimeout: this.#timeouts.body,
      })
      const answer = await this.#readAnswer(response, start)
      status = answer.status
      call.signal?.throwIfAborted()
      return answer
    } catch (error) {
      call.signal?.throwIfAborted()
      throw toNetworkError(call, error, { expired: deadline.expired, proxy: this.#proxy })
    } finally {
      // Nobody waits for it, and there is nothing to do if it is gone already.
      void ownConnection?.destroy()
      const elapsedMs = performance.now() - start
      recordCall(call, status, elapsedMs)
      this.#onCall?.({ status, elapsedMs })
    }
  }

  async #readAnswer(response: Dispatcher.ResponseData, start: number): Promise<Answer> {
    const headers = toAnswerHeaders(response.headers)
    const status = response.statusCode
    const isGood = status === 200
    const body = isGood
      ? await readBody(response.body, headers, this.#maxBodyBytes)
      : await readErrorText(response.body, headers)
    if (isGood) checkUtf8(body)
    return { status, headers, body, elapsedMs: performance.now() - start }
  }

  async close(): Promise<void> {
    if (this.#ownsDispatcher) await this.#dispatcher.close()
  }
}

/** Neither ids nor the query: they may name people. */
function recordCall({ label }: Call, status: number | null, elapsedMs: number): void {
  const attributes = {
    'http.request.method': 'GET',
    'url.template': label,
    ...(status === null ? { 'error.type': 'no whole answer' } : { 'http.response.status_code': status }),
  }
  recordSpan(`GET ${label}`, { kind: SpanKind.CLIENT, attributes }, elapsedMs / 1000)
}

function requestHeaders({ apiKey, applicationSecret }: GemClientOptions): Record<string, string> {
  checkHeaderValue('API key', apiKey)
  const headers: Record<string, string> = {
    'x-api-key': apiKey,
    accept: 'application/json',
    'accept-encoding': ACCEPTED_ENCODINGS,
    'user-agent': `gem-ats-sync/${manifest.version}`,
  }
  if (typeof applicationSecret === 'string') {
    checkHeaderValue('application secret', applicationSecret)
    headers['x-application-secret'] = applicationSecret
  }
  return headers
}

/** A blank or a line break comes from pasting; it cannot be sent, or would be sent as something else. */
function checkHeaderValue(name: string, value: string): void {
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new UserError(`The ${name} must be non-empty printable ASCII without blanks`)
  }
}
