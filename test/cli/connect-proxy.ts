import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export interface ConnectProxy extends AsyncDisposable {
  readonly port: number
  /** What was asked for, `host:port` with the credentials given. */
  readonly tunnels: { readonly target: string; readonly authorization: string | undefined }[]
  /** The status of its answers from now on. Default 200: it makes the tunnel. */
  status: number
}

/** An HTTP proxy on loopback that tunnels every host to one local port, wherever its name leads. */
export async function startConnectProxy(targetPort: number): Promise<ConnectProxy> {
  const sockets = new Set<Socket>()
  const server = createServer((_, response) => response.writeHead(405).end())
  server.on('connection', (socket) => sockets.add(socket))
  server.on('connect', (request, client: Socket) => {
    proxy.tunnels.push({
      target: String(request.url),
      authorization: request.headers['proxy-authorization'],
    })
    client.on('error', () => {})
    if (proxy.status !== 200) return client.end(`HTTP/1.1 ${proxy.status} No\r\ncontent-length: 0\r\n\r\n`)
    const upstream = connect(targetPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(client).pipe(upstream)
    })
    sockets.add(upstream)
    upstream.on('error', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: ConnectProxy = {
    port: (server.address() as AddressInfo).port,
    tunnels: [],
    status: 200,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}
