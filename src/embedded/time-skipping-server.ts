/** Temporal's test server, whose timers cost no time, as a child process. */
import { setTimeout as delay } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import {
  type InternalConnectionOptions,
  InternalConnectionOptionsSymbol,
} from '@temporalio/client/lib/connection.js'
import getPort from 'get-port'
import { UserError } from '../errors.ts'
import { readEnvironment } from './environment.ts'
import { LOOPBACK } from './ports.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import { provideTestServer } from './test-server-tool.ts'

const READY_WITHIN_MS = 120_000

export interface TimeSkippingServer {
  /** host:port of the gRPC service. */
  readonly address: string
  readonly namespace: string
  /** Closed by `stop`. */
  readonly connection: Connection
  /** Moves the server's clock. */
  readonly testService: NonNullable<Connection['testService']>
  stop(): Promise<void>
}

/**
 * Starts the server and waits until it serves, which the SDK's own environment does for five seconds only: too few for
 * Java on a busy machine. It knows no search attributes and has no visibility store.
 *
 * One server for each test. Its clock is one for all its workflows: each task that is scheduled locks it, and the
 * task's end unlocks it. A workflow that closes beside a task (terminated, cancelled, or continued as new while an
 * activity runs) leaves the lock behind: the end of that task is refused, since its workflow is closed, and from then
 * on virtual time passes as slowly as real time, for every other workflow too. A test that skips a day never ends.
 *
 * @throws {UserError} the server is not there and cannot be fetched, or does not come up
 */
export async function startTimeSkippingServer(): Promise<TimeSkippingServer> {
  const command = await provideTestServer(readEnvironment(), (line) => console.error(line))
  const port = await getPort({ host: LOOPBACK })
  const server = startServerProcess({ command, args: [String(port)], orphanSignal: 'TERM' })
  const address = `${LOOPBACK}:${port}`
  const connection = await untilServing(address, server)
  const { testService } = connection
  if (testService === undefined) throw new Error('the connection was opened with the test service')
  return {
    address,
    namespace: 'default',
    connection,
    testService,
    async stop() {
      await connection.close()
      await server.stop('SIGTERM', 5_000)
    },
  }
}

async function untilServing(address: string, server: ServerProcess): Promise<Connection> {
  // What the SDK's own environment does: there is no other way to the service that moves the clock.
  const options: InternalConnectionOptions = {
    address,
    connectTimeout: 5_000,
    [InternalConnectionOptionsSymbol]: { supportsTestService: true },
  }
  const deadline = Date.now() + READY_WITHIN_MS
  for (;;) {
    const connection = Connection.lazy(options)
    if (await isServing(connection)) return connection
    await connection.close()
    if (server.hasEnded()) throw new UserError(`the test server did not start (${await server.ended})`)
    if (Date.now() > deadline) {
      await server.stop('SIGTERM', 5_000)
      throw new UserError(`the test server does not answer on ${address}`)
    }
    await delay(50)
  }
}

async function isServing(connection: Connection): Promise<boolean> {
  try {
    await connection.ensureConnected()
    return true
  } catch {
    return false
  }
}
