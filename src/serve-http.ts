import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { UserError } from './errors.ts'

export interface HttpAddress {
  /** A name or an address, without brackets. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
}

export interface HttpServer extends AsyncDisposable {
  /** `http://127.0.0.1:9464` */
  readonly url: string
}

/**
 * Listens until it is disposed of: then connections are cut, those with a request under way, too.
 *
 * @param variable sets the address; it stands in the error.
 * @param unset what happens without it, for the same error.
 * @throws UserError if the address cannot be listened on.
 */
export async function serveHttp(
  server: Server,
  { host, port }: HttpAddress,
  { variable, unset }: { readonly variable: string; readonly unset: string },
): Promise<HttpServer> {
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    const why = code === 'EADDRINUSE' ? 'that port is in use' : code
    throw new UserError(
      `Cannot listen on ${host}:${port} (${why}); set ${variable} to an address of this machine with a port that is ` +
        `free (port 0: any), or leave it out: then ${unset}`,
      { cause: error },
    )
  }
  return {
    url: urlOf(server),
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function urlOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
}
