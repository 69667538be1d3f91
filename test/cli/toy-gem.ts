import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

export const API_KEY = 'kEy0kEy1kEy2kEy3kEy4kEy5kEy6kEy7kEy8kEy9'
export const OTHER_API_KEY = 'oTher0oTher1oTher2oTher3oTher4oTher5oThe'
export const SECRET = 's3cret0s3cret1s3cret2s3cret3'

export interface ToyGem extends AsyncDisposable {
  readonly url: string
  /** Of each request. */
  readonly headers: IncomingHttpHeaders[]
}

/** A server that takes the two keys and has no users; or does whatever the listener says. */
export async function startToyGem(listener: RequestListener = answer): Promise<ToyGem> {
  const headers: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    headers.push(request.headers)
    listener(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    headers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const answer: RequestListener = (request, response) => {
  response.setHeader('content-type', 'application/json')
  if ([API_KEY, OTHER_API_KEY].includes(String(request.headers['x-api-key']))) return response.end('[]')
  response.statusCode = 403
  return response.end('{"message":"Forbidden"}')
}
