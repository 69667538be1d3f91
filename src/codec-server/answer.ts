import type { IncomingMessage } from 'node:http'
import type { PayloadCodec } from '@temporalio/common'
import type { Access } from './access.ts'
import { loginPage } from './login-page.ts'
import { readBody } from './read-body.ts'
import { readRemotePayloads, writeRemotePayloads } from './remote-payloads.ts'

export interface Answer {
  readonly status: number
  readonly type: 'application/json' | 'text/plain' | 'text/html'
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Answering {
  readonly codec: PayloadCodec
  readonly access: Access
}

type Route = (request: IncomingMessage, answering: Answering) => Answer | Promise<Answer>

/** By method and path. The preflight of a browser comes before any of them. */
const routes: Readonly<Record<string, Route>> = {
  'POST /encode': (request, { codec, access }) =>
    convert(request, access, (payloads) => codec.encode(payloads)),
  'POST /decode': (request, { codec, access }) =>
    convert(request, access, (payloads) => codec.decode(payloads)),
  'GET /login': () => page(200, 'Pages of the Temporal Web UI in this browser may then decode payloads.'),
  'POST /login': logIn,
}

/** Temporal's remote codec protocol, and the log-in for the Web UI. */
export async function answer(request: IncomingMessage, answering: Answering): Promise<Answer> {
  const { method = '', url = '/', headers } = request
  if (method === 'OPTIONS' && answering.access.isWebUi(headers.origin)) return preflight
  const asked = `${method} ${url.split('?', 1)[0]}`
  const route = Object.hasOwn(routes, asked) ? routes[asked] : undefined
  if (route === undefined) return text(404, 'there are POST /encode, POST /decode and GET /login')
  return await route(request, answering)
}

async function convert(
  request: IncomingMessage,
  access: Access,
  change: Answering['codec']['encode'],
): Promise<Answer> {
  if (!access.allows(request.headers)) {
    return text(401, 'send Authorization: Bearer and the token, or log in at /login and ask from the Web UI')
  }
  // A page elsewhere can send other types without asking first.
  if (!/^application\/json\b/.test(request.headers['content-type'] ?? '')) {
    return text(415, 'the body must be application/json')
  }
  const body = await readBody(request)
  if (body === null) return text(413, 'the body is larger than 32 MiB')
  const payloads = readRemotePayloads(body)
  if (payloads === null) return text(400, 'the body must be {"payloads": [{"metadata": …, "data": …}]}')
  const changed = await change(payloads)
  return { status: 200, type: 'application/json', body: writeRemotePayloads(changed) }
}

async function logIn(request: IncomingMessage, { access }: Answering): Promise<Answer> {
  const form = new URLSearchParams((await readBody(request)) ?? '')
  if (!access.isToken(form.get('token') ?? '')) return page(401, 'That is not the token.')
  return {
    ...page(
      200,
      'Logged in. Now turn on “Include cross-origin credentials” beside the codec endpoint in the Web UI.',
    ),
    headers: { 'set-cookie': access.session() },
  }
}

const text = (status: number, line: string): Answer => ({ status, type: 'text/plain', body: `${line}\n` })
const page = (status: number, said: string): Answer => ({ status, type: 'text/html', body: loginPage(said) })

const preflight: Answer = {
  ...text(204, ''),
  body: '',
  headers: {
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'authorization, content-type, x-namespace',
  },
}
