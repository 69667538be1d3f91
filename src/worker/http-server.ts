import { createServer, type RequestListener } from 'node:http'
import type { Logger } from 'pino'
import { type HttpAddress, type HttpServer, serveHttp } from '../serve-http.ts'

export interface HttpAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** What is answered, by path. */
export type Routes = Readonly<Record<string, () => HttpAnswer | Promise<HttpAnswer>>>

/**
 * Serves GET and HEAD of the given paths.
 *
 * @throws UserError that names the variable if the address cannot be listened on.
 */
export async function startHttpServer(
  address: HttpAddress,
  routes: Routes,
  log: Logger,
): Promise<HttpServer> {
  return await serveHttp(createServer(listener(routes, log)), address, {
    variable: 'GEM_ATS_SYNC_HTTP_ADDRESS',
    unset: 'this worker serves neither health nor metrics',
  })
}

const plain = (status: number, body: string): HttpAnswer => ({
  status,
  type: 'text/plain',
  body: `${body}\n`,
})

function listener(routes: Routes, log: Logger): RequestListener {
  const paths = Object.keys(routes).join(', ')
  return async ({ method, url = '/' }, response) => {
    const { status, type, body } = await answer(routes, method, url.split('?', 1)[0] ?? '', paths, log)
    response.writeHead(status, { 'content-type': `${type}; charset=utf-8`, 'cache-control': 'no-store' })
    response.end(body)
  }
}

async function answer(
  routes: Routes,
  method: string | undefined,
  path: string,
  paths: string,
  log: Logger,
): Promise<HttpAnswer> {
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined
  if (route === undefined) return plain(404, `not found; there are ${paths}`)
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'only GET and HEAD')
  try {
    return await route()
  } catch (error) {
    log.error({ err: error, path }, 'an answer for operators failed')
    return plain(500, 'failed; the log of the worker says why')
  }
}
