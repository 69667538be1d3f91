import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** `before`: the COMMIT never reaches PostgreSQL. `after`: it is carried out there, but nobody hears of it. */
export type Cut = 'before' | 'after'

export interface CommitCutter extends AsyncDisposable {
  readonly port: number
  /**
   * Cuts the connection on which the next page is committed, at its COMMIT.
   *
   * @returns the first match of `wanted` in what the transaction sent: whose page it was.
   */
  cutNext(cut: Cut, wanted: RegExp): Promise<string>
}

interface Order {
  readonly cut: Cut
  readonly wanted: RegExp
  readonly done: PromiseWithResolvers<string>
}

/**
 * What only the transaction of a page has, see src/database/checkpoints.ts: a statement that is sent with its text once a
 * connection, and by its name from then on (src/database/preparing-client.ts).
 */
const movesCursor = 'update sync.checkpoints set cursor = $'
const nameOfIt = /([\w-]{43})\0\s*update sync\.checkpoints set cursor = \$/g

/** Messages of PostgreSQL's protocol: a simple query, and the answer to a COMMIT. */
const begin = message('Q', 'begin')
const commit = message('Q', 'commit')
const committed = message('C', 'COMMIT')

function message(type: string, text: string): Buffer {
  const body = Buffer.from(`${text}\0`)
  const length = Buffer.alloc(4)
  length.writeInt32BE(body.length + 4)
  return Buffer.concat([Buffer.from(type), length, body])
}

/** Passes connections on to a port of the loopback address, PostgreSQL's, and knows a COMMIT when it goes by. */
export async function startCommitCutter(targetPort: number): Promise<CommitCutter> {
  const sockets = new Set<Socket>()
  const orders: Order[] = []
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1')
    for (const socket of [near, far]) {
      sockets.add(socket)
      // A cut connection is what it is for.
      socket.on('error', () => {})
      socket.once('close', () => sockets.delete(socket))
    }
    near.once('close', () => far.destroy())
    far.once('close', () => near.destroy())
    watch(near, far, () => orders.shift())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    cutNext(cut, wanted) {
      const done = Promise.withResolvers<string>()
      orders.push({ cut, wanted, done })
      return done.promise
    },
    async [Symbol.asyncDispose]() {
      server.close()
      for (const socket of sockets) socket.destroy()
      await once(server, 'close')
    },
  }
}

/** Passes on what both sides say, until a page is committed while there is an order to cut. */
function watch(near: Socket, far: Socket, nextOrder: () => Order | undefined): void {
  const names = new Set([movesCursor])
  let transaction = ''
  let isPage = false
  let cutting: Order | null = null
  const finish = ({ wanted, done }: Order) => {
    near.destroy()
    far.destroy()
    done.resolve(wanted.exec(transaction)?.[0] ?? '')
  }
  near.on('data', (data) => {
    if (data.includes(begin)) {
      transaction = ''
      isPage = false
    }
    // Whose page it is stands at its beginning, before megabytes of rows.
    if (transaction.length < 50_000) transaction += data.toString('latin1')
    isPage ||= [...names].some((name) => data.includes(name))
    if (data.includes(movesCursor)) {
      for (const [, name] of data.toString('latin1').matchAll(nameOfIt)) if (name) names.add(name)
    }
    if (data.includes(commit) && isPage) {
      const order = nextOrder()
      if (order?.cut === 'before') return finish(order)
      if (order?.cut === 'after') cutting = order
    }
    far.write(data)
  })
  far.on('data', (data) => {
    if (cutting === null) near.write(data)
    else if (data.includes(committed)) finish(cutting)
  })
}
