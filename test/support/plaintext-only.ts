/** PostgreSQL as some providers run it: it takes no SCRAM verifier in the place of a password. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { readMessages } from './postgres-messages.ts'

export interface PlaintextOnly extends AsyncDisposable {
  /** The given URL, by way of it. */
  readonly url: string
}

const refusal = Buffer.from(
  "do $$ begin raise 'only plaintext passwords are taken' using errcode = 'XX000'; end $$\0",
)

export async function startPlaintextOnly(databaseUrl: string): Promise<PlaintextOnly> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    // Either side ends in the middle of anything.
    return socket.on('error', () => {})
  }
  const server = createServer((client) => {
    const far = keep(connect(Number(target.port), target.hostname))
    keep(client).once('data', (startup) => {
      far.write(startup)
      readMessages(client, (message) =>
        far.write(message.includes('SCRAM-SHA-256$4096') ? refused() : message),
      )
    })
    far.pipe(client)
    client.once('close', () => far.destroy())
    far.once('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: Object.assign(new URL(databaseUrl), { host: `127.0.0.1:${port}` }).href,
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

/** A statement in the place of the one that is refused: the real server fails, and its transaction with it. */
function refused(): Buffer {
  const head = Buffer.from('Q\0\0\0\0')
  head.writeUInt32BE(4 + refusal.length, 1)
  return Buffer.concat([head, refusal])
}
