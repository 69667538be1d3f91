import { once } from 'node:events'
import {
  connect,
  constants,
  createSecureServer,
  type Http2Server,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { generate } from 'selfsigned'

export interface Identity {
  readonly cert: string
  readonly key: string
}

export interface CloudLikeOptions {
  readonly target: string
  readonly server: Identity
  /** Calls have to carry it. */
  readonly apiKey?: string
  /** Callers have to show this certificate. */
  readonly client?: Identity
}

export interface CloudLikeTemporal extends AsyncDisposable {
  /** `localhost:port` */
  readonly address: string
  /** Paths of the calls that were let through, and that were not. */
  readonly passed: ReadonlySet<string>
  readonly refused: ReadonlySet<string>
}

/** A certificate for `localhost` that vouches for itself. */
export async function newIdentity(): Promise<Identity> {
  const altNames = [{ type: 2 as const, value: 'localhost' }]
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames }],
  })
  return { cert, key }
}

const PERMISSION_DENIED = '7'
const UNAUTHENTICATED = '16'

/**
 * A Temporal server as Temporal Cloud shows itself: TLS, an API key or a certificate, and nothing of the operator's
 * service. What is let through goes on to a real server.
 */
export async function startCloudLikeTemporal(options: CloudLikeOptions): Promise<CloudLikeTemporal> {
  const { target, server: identity, apiKey, client } = options
  const passed = new Set<string>()
  const refused = new Set<string>()
  const upstream = connect(`http://${target}`)
  const server = createSecureServer({
    ...identity,
    ...(client === undefined ? {} : { ca: client.cert, requestCert: true, rejectUnauthorized: true }),
  })
  const sessions = new Set<Http2Session>()
  server.on('session', (session) => {
    sessions.add(session)
    // A caller that goes away in the middle.
    session.on('error', () => {})
  })
  server.on('stream', (stream, headers) => {
    const path = String(headers[':path'])
    stream.on('error', () => {})
    if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`) {
      refused.add(path)
      refuse(stream, UNAUTHENTICATED)
    } else if (path.startsWith('/temporal.api.operatorservice.')) {
      refused.add(path)
      refuse(stream, PERMISSION_DENIED)
    } else {
      passed.add(path)
      passOn(upstream, stream, headers)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `localhost:${(server.address() as AddressInfo).port}`,
    passed,
    refused,
    [Symbol.asyncDispose]: () => close(server, [...sessions, upstream]),
  }
}

function refuse(stream: ServerHttp2Stream, status: string): void {
  const headers = { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': status }
  stream.respond(headers, { endStream: true })
}

function passOn(
  upstream: ReturnType<typeof connect>,
  stream: ServerHttp2Stream,
  { ':authority': _, ...headers }: IncomingHttpHeaders,
): void {
  const call = upstream.request(headers)
  let trailers: IncomingHttpHeaders = {}
  call.on('error', () => stream.close(constants.NGHTTP2_INTERNAL_ERROR))
  call.on('trailers', (sent) => {
    trailers = sent
  })
  call.on('response', (answer) => {
    // A failed call has nothing but headers.
    if (answer['grpc-status'] !== undefined) return stream.respond(answer, { endStream: true })
    stream.respond(answer, { waitForTrailers: true })
    call.pipe(stream)
  })
  stream.on('wantTrailers', () => stream.sendTrailers(trailers))
  stream.on('close', () => call.close(constants.NGHTTP2_CANCEL))
  stream.pipe(call)
}

async function close(server: Http2Server, sessions: readonly Http2Session[]): Promise<void> {
  server.close()
  for (const session of sessions) session.destroy()
  await once(server, 'close')
}
