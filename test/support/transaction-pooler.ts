/** PostgreSQL behind a pooler in transaction mode, as PgBouncer's: each transaction runs in whichever session is free. */
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { readMessages } from './postgres-messages.ts'

export interface TransactionPooler extends AsyncDisposable {
  /** The given URL, by way of the pooler. */
  readonly url: string
}

/** A session, with the client that it works for. */
interface Session {
  readonly socket: Socket
  client: Socket | null
}

const READY_FOR_QUERY = 0x5a
const TERMINATE = 0x58
const IDLE = 0x49

export async function startTransactionPooler(databaseUrl: string): Promise<TransactionPooler> {
  const target = new URL(databaseUrl)
  const free: Session[] = []
  const waiting: ((session: Session) => void)[] = []
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    // Clients and tests end in the middle of anything.
    socket.on('error', () => {})
    return socket
  }
  const release = (session: Session) => {
    session.client = null
    const next = waiting.shift()
    if (next === undefined) free.push(session)
    else next(session)
  }
  const openSession = (client: Socket): Session => {
    const socket = keep(connect(Number(target.port), target.hostname))
    const session: Session = { socket, client }
    readMessages(socket, (message) => {
      session.client?.write(message)
      if (message[0] === READY_FOR_QUERY && message[5] === IDLE) release(session)
    })
    return session
  }
  const server = createServer((socket) => serve(keep(socket)))
  const serve = (client: Socket) => {
    // It signs in on a session of its own, which then is anybody's.
    let session: Session | null = openSession(client)
    client.once('data', (startup) => {
      session?.socket.write(startup)
      readMessages(client, (message) => {
        if (message[0] === TERMINATE) return client.end()
        const pass = (to: Session) => {
          session = to
          to.client = client
          to.socket.write(message)
        }
        if (session?.client === client) return session.socket.write(message)
        const next = free.pop()
        return next === undefined ? waiting.push(pass) : pass(next)
      })
    })
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const url = Object.assign(new URL(databaseUrl), { host: `127.0.0.1:${port}` }).href
  return {
    url,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}
