import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { createGemClient, type GemClientOptions } from '../../src/gem/client.ts'

export const API_KEY = 'k3yK3yK3yK3yK3yK3yK3yK3yK3yK3yK3yK3yK3yK'
export const SECRET = 's3cretS3cretS3cret'

export interface GemServer {
  url: string
  port: number
  requests: IncomingMessage[]
}

/** A real HTTP server on 127.0.0.1 that ends with the test. */
export async function serve(t: TestContext, listener: RequestListener): Promise<GemServer> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    listener(request, response)
  })
  t.after(() => stop(server))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, requests }
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
}

/** A client that ends with the test. */
export function connect(t: TestContext, url: string, options: Partial<GemClientOptions> = {}) {
  const client = createGemClient({ baseUrl: url, apiKey: API_KEY, allowInsecureBaseUrl: true, ...options })
  t.after(() => client.close())
  return client
}

/** A client and its server, which answers everything with this listener. */
export async function connectTo(
  t: TestContext,
  listener: RequestListener,
  options: Partial<GemClientOptions> = {},
) {
  const server = await serve(t, listener)
  return { server, client: connect(t, server.url, options) }
}

export const CANDIDATES = { path: '/ats/v0/candidates/', page: 3, perPage: 50, query: {} }
