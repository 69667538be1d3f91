import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { CodecKeys } from '../codec/codec-keys.ts'
import { EncryptingCodec } from '../codec/payload-codec.ts'
import { type HttpAddress, type HttpServer, serveHttp } from '../serve-http.ts'
import { Access, type AccessOptions } from './access.ts'
import { type Answer, type Answering, answer } from './answer.ts'

export interface CodecServerOptions extends AccessOptions {
  readonly keys: CodecKeys
  readonly address: HttpAddress
}

/** How long somebody may take to send a request. */
const requestMs = 30_000

/**
 * Encodes and decodes payloads for the Temporal Web UI and the `temporal` CLI, for whoever shows the token.
 *
 * @throws UserError if the address cannot be listened on.
 */
export async function startCodecServer({ keys, address, ...who }: CodecServerOptions): Promise<HttpServer> {
  const answering = {
    // One payload that cannot be read must not hide all others of a history.
    codec: new EncryptingCodec({ keys, unreadable: 'left' }),
    access: new Access(who),
  }
  const server = createServer({ requestTimeout: requestMs }, (request, response) =>
    respond(request, response, answering),
  )
  return await serveHttp(server, address, {
    variable: 'GEM_ATS_SYNC_CODEC_SERVER_ADDRESS',
    unset: 'it is 127.0.0.1:8234',
  })
}

async function respond(request: IncomingMessage, response: ServerResponse, answering: Answering) {
  const { status, type, body, headers } = await answer(request, answering).catch(failed)
  response.writeHead(status, {
    ...allowed(request, answering.access),
    ...headers,
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    vary: 'origin',
    // What was not read of a request, since it was refused, is not waited for.
    ...(request.complete ? {} : { connection: 'close' }),
  })
  response.end(body)
}

/** Which pages may read the answer: those of the Web UI alone. */
function allowed({ headers: { origin } }: IncomingMessage, access: Access): Record<string, string> {
  if (origin === undefined || !access.isWebUi(origin)) return {}
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' }
}

/** A connection that broke while it was read: nobody is there to read the answer. */
function failed(): Answer {
  return { status: 400, type: 'text/plain', body: 'the request could not be read\n' }
}
