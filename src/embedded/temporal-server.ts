/** Temporal's dev server as a child process: persistent in a data folder, or in memory for tests. */
import { chmodSync, mkdirSync } from 'node:fs'
import { devNull } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import { UserError } from '../errors.ts'
import { forgetChild, recordChild, stopLeftover } from './leftover.ts'
import { choosePort, isFree, LOOPBACK } from './ports.ts'
import { type ServerProcess, startServerProcess, tail } from './server-process.ts'
import type { Progress } from './tool-cache.ts'

const NAMESPACE = 'default'
const SEARCH_ATTRIBUTES = ['GemAccount', 'GemSyncState']
const READY_WITHIN_MS = 60_000
const ATTEMPTS = 5

export interface TemporalServerOptions {
  /** The path of the `temporal` program. */
  readonly cli: string
  /** The folder of the log and, unless `inMemory`, of the server's database; the caller has its lock. */
  readonly dataDir: string
  /** Forgets everything when it stops, and has no Web UI: for tests. */
  readonly inMemory?: boolean
  /** TEMPORAL_PORT, TEMPORAL_UI_PORT: these ports if they can be had, else the usual ones, else any. */
  readonly port?: string | undefined
  readonly uiPort?: string | undefined
  readonly say?: Progress
}

export interface TemporalServer {
  /** host:port of the gRPC service. */
  readonly address: string
  readonly namespace: string
  readonly uiUrl: string
  readonly pid: number
  /** Resolves with how the server ended, wanted or not. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

/**
 * Starts the dev server with the search attributes that `accountSync` uses, and waits until it serves.
 *
 * @throws {UserError} the server does not come up
 */
export async function startTemporalServer(options: TemporalServerOptions): Promise<TemporalServer> {
  mkdirSync(options.dataDir, { recursive: true })
  const pidFile = join(options.dataDir, 'temporal.pid')
  const logFile = join(options.dataDir, 'temporal.log')
  await stopLeftover(pidFile)
  const { server, ports } = await launch(options, { pidFile, logFile })
  // Histories are for their owner alone; the server makes a file that all can read.
  if (!options.inMemory) chmodSync(databaseFile(options.dataDir), 0o600)
  return {
    address: addressOf(ports),
    namespace: NAMESPACE,
    uiUrl: `http://${LOOPBACK}:${ports.uiPort}`,
    pid: server.pid,
    ended: server.ended,
    stop: () => server.stop('SIGINT', 20_000).then(() => forgetChild(pidFile)),
  }
}

/** Between choosing a free port and listening on it, another program may take it: then it is another port. */
async function launch(
  options: TemporalServerOptions,
  { pidFile, logFile }: { readonly pidFile: string; readonly logFile: string },
): Promise<{ server: ServerProcess; ports: Ports }> {
  for (let attempt = 1; ; attempt++) {
    const ports = await choosePorts(options)
    const server = startServerProcess({
      command: options.cli,
      args: serverArguments(options, ports),
      logFile,
      env: { TEMPORAL_CONFIG_FILE: devNull },
    })
    recordChild(pidFile, server.pid)
    if (await isUp(addressOf(ports), server, logFile)) return { server, ports }
    if (attempt === ATTEMPTS || !(await lostPort(ports))) {
      throw new UserError(
        `Temporal did not start (${await server.ended}); its log ends with:\n${tail(logFile)}`,
      )
    }
  }
}

async function lostPort({ port, uiPort }: Ports): Promise<boolean> {
  return !((await isFree(port)) && (await isFree(uiPort)))
}

const addressOf = ({ port }: Ports): string => `${LOOPBACK}:${port}`

const databaseFile = (dataDir: string): string => join(dataDir, 'temporal.db')

interface Ports {
  readonly port: number
  readonly uiPort: number
}

async function choosePorts({
  port,
  uiPort,
  inMemory,
  say = () => {},
}: TemporalServerOptions): Promise<Ports> {
  const usual = inMemory ? undefined : { port: 7233, uiPort: 8233 }
  const ui = {
    service: "Temporal's Web UI",
    variable: 'TEMPORAL_UI_PORT',
    wanted: uiPort,
    usual: usual?.uiPort,
    say,
  }
  const grpc = { service: 'Temporal', variable: 'TEMPORAL_PORT', wanted: port, usual: usual?.port, say }
  return { port: await choosePort(grpc), uiPort: await choosePort(ui) }
}

function serverArguments(options: TemporalServerOptions, { port, uiPort }: Ports): readonly string[] {
  const place = ['--ip', LOOPBACK, '--port', String(port)]
  const attributes = SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`])
  const memory = options.inMemory
    ? ['--headless']
    : ['--ui-port', String(uiPort), '--db-filename', databaseFile(options.dataDir)]
  return ['server', 'start-dev', ...place, ...attributes, ...memory, '--log-level', 'warn']
}

/** True once it serves; false if it ended instead. */
async function isUp(address: string, server: ServerProcess, logFile: string): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS
  while (!(await isServing(address))) {
    if (server.hasEnded()) return false
    if (Date.now() > deadline) {
      await server.stop('SIGINT', 5_000)
      throw new UserError(`Temporal does not answer on ${address}; its log ends with:\n${tail(logFile)}`)
    }
    await delay(50)
  }
  // Another program's server answers there, if ours could not have the port.
  return !server.hasEnded()
}

/** The port answers before the namespace and the search attributes are there: it is these that must be. */
async function isServing(address: string): Promise<boolean> {
  let connection: Connection | undefined
  try {
    connection = await Connection.connect({ address, connectTimeout: 5_000 })
    await connection.workflowService.describeNamespace({ namespace: NAMESPACE })
    const known = await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE })
    return SEARCH_ATTRIBUTES.every((name) => name in (known.customAttributes ?? {}))
  } catch {
    return false
  } finally {
    await connection?.close()
  }
}
