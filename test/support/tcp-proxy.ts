import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface TcpProxy extends AsyncDisposable {
  /** Leads new connections elsewhere; those there are stay. */
  switchTo(target: string): void
  /** Cuts all connections and takes no more. */
  close(): Promise<void>
}

/**
 * Passes connections to a port of the loopback address on to `target` (host:port), so that a server can go away, or
 * another one can take its place.
 */
export async function startTcpProxy(port: number, target: string): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    // A cut connection is what it is for.
    socket.on('error', () => {})
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
  let place = target
  const server = createServer((near) => {
    const [host, targetPort] = place.split(':') as [string, string]
    const far = keep(connect(Number(targetPort), host))
    keep(near).pipe(far).pipe(near)
    near.once('close', () => far.destroy())
    far.once('close', () => near.destroy())
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = () => closeAll(server, sockets)
  const switchTo = (other: string) => {
    place = other
  }
  return { switchTo, close, [Symbol.asyncDispose]: close }
}

async function closeAll(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  if (!server.listening) return
  server.close()
  for (const socket of sockets) socket.destroy()
  await once(server, 'close')
}
