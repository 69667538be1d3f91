import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Logger } from 'pino'
import { UserError } from '../errors.ts'

export interface HttpAddress {
  /** A name or an address, without brackets. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
}

export interface HttpAnswer {
  readonly status: number
  readonly type: string
  readonly body: string
}

/** What is answered, by path. */
export type Routes = Readonly<Record<string, () => HttpAnswer | Promise<HttpAnswer>>>

export interface HttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:9464` */
  readonly url: string
}

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
  const server = createServer(listener(routes, log))
  await listen(server, address)
  return {
    url: urlOf(server),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function listen(server: Server, { host, port }: HttpAddress): Promise<void> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const why = code === 'EADDRINUSE' ? 'that port is in use' : `it cannot be listened on (${code})`
    throw new UserError(
      `GEM_ATS_SYNC_HTTP_ADDRESS asks for ${host}:${port}, but ${why}; set it to an address of this machine with a ` +
        'port that is free (port 0: any), or leave it out: then this worker serves neither health nor metrics',
      { cause: error },
    )
  }
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
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
