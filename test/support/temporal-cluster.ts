/** Temporal's real server on PostgreSQL, all services in one process on the loopback address. */
import { randomInt } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Connection } from '@temporalio/client'
import { msToTs } from '@temporalio/common/lib/time.js'
import getPort, { portNumbers } from 'get-port'
import { readEnvironment } from '../../src/embedded/environment.ts'
import { buildWithGo } from '../../src/embedded/go-build.ts'
import { LOOPBACK } from '../../src/embedded/ports.ts'
import { runCommand } from '../../src/embedded/run-command.ts'
import { type ServerProcess, startServerProcess, tail } from '../../src/embedded/server-process.ts'
import { type ClusterPorts, clusterConfig } from './temporal-cluster-config.ts'

/** The newest that the Go of the test machines can build. */
const VERSION = 'v1.30.4'
const NAMESPACE = 'default'
const SEARCH_ATTRIBUTES = ['GemAccount', 'GemSyncState']
/** INDEXED_VALUE_TYPE_KEYWORD */
const KEYWORD = 2
const READY_WITHIN_MS = 120_000

export interface TemporalCluster {
  readonly pid: number
  readonly address: string
  /** For a start after this one: servers that look for this one's services find them again. */
  readonly ports: ClusterPorts
  readonly namespace: string
  stop(): Promise<void>
}

export interface TemporalClusterOptions {
  /** For the configuration and the log. */
  readonly folder: string
  /** As superuser: the server's databases are made there at first use. */
  readonly postgresUrl: string
  /** Undefined: any that are free. */
  readonly ports?: ClusterPorts | undefined
}

/**
 * Starts the server, and waits until it serves a namespace with the search attributes of `accountSync`. It is built
 * with Go at first use, which takes minutes.
 *
 * @throws {Error} there is no Go, or the server does not come up
 */
export async function startTemporalCluster(options: TemporalClusterOptions): Promise<TemporalCluster> {
  const { folder, postgresUrl } = options
  const bin = await provideServer()
  mkdirSync(folder, { recursive: true })
  await prepareDatabases(join(bin, 'sql'), postgresUrl)
  const ports = options.ports ?? (await freePorts())
  const logFile = join(folder, 'temporal.log')
  const configFile = join(folder, 'temporal.yaml')
  writeFileSync(configFile, clusterConfig(postgresUrl, ports), { mode: 0o600 })
  const server = startServerProcess({
    command: join(bin, 'server'),
    args: ['--config-file', configFile, '--allow-no-auth', 'start'],
    logFile,
  })
  const address = `${LOOPBACK}:${ports.frontend}`
  await untilServing(address, server, logFile)
  const stop = () => server.stop('SIGINT', 20_000)
  return { pid: server.pid, ports, address, namespace: NAMESPACE, stop }
}

async function provideServer(): Promise<string> {
  const { cacheDir, path } = readEnvironment()
  const module = 'go.temporal.io/server/cmd'
  const packages = [`${module}/server@${VERSION}`, `${module}/tools/sql@${VERSION}`]
  const tool = { name: 'the Temporal server', packages }
  return buildWithGo(tool, join(cacheDir, `temporal-server-${VERSION}`), path, console.error)
}

/** The server keeps its ports in a column of 15 bits: those that the system hands out are too high. */
async function freePorts(): Promise<ClusterPorts> {
  const next = async () =>
    await getPort({ port: portNumbers(randomInt(20_000, 31_000), 32_000), reserve: true })
  return {
    frontend: await next(),
    others: [await next(), await next(), await next()],
    memberships: [await next(), await next(), await next(), await next()],
  }
}

/** Also where they are there already: the tool's commands change nothing then. */
async function prepareDatabases(tool: string, postgresUrl: string): Promise<void> {
  const { hostname, port, username, password } = new URL(postgresUrl)
  const server = ['--plugin', 'postgres12', '--ep', hostname, '--port', port]
  const run = (database: string, ...command: string[]) =>
    runCommand(tool, [...server, '--user', username, '--password', password, '--db', database, ...command], {
      timeoutMs: 60_000,
    })
  for (const [database, schema] of [
    ['temporal', 'temporal'],
    ['temporal_visibility', 'visibility'],
  ] as const) {
    await run(database, 'create-database')
    await run(database, 'setup-schema', '--version', '0.0')
    await run(database, 'update-schema', '--schema-name', `postgresql/v12/${schema}`)
  }
}

async function untilServing(address: string, server: ServerProcess, logFile: string): Promise<void> {
  let why: unknown
  for (const end = Date.now() + READY_WITHIN_MS; Date.now() < end; await delay(100)) {
    if (server.hasEnded()) throw new Error(`Temporal has ended (${await server.ended}):\n${tail(logFile)}`)
    try {
      return await prepareNamespace(address)
    } catch (error) {
      why = error
    }
  }
  await server.stop('SIGKILL', 0)
  throw new Error(`Temporal does not serve on ${address}: ${String(why)}\n${tail(logFile)}`)
}

/** Makes what is not there yet. @throws while it cannot be used: a search attribute takes some ten seconds */
async function prepareNamespace(address: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 5_000 })
  const { workflowService, operatorService } = connection
  try {
    const { namespaces } = await workflowService.listNamespaces({ pageSize: 10 })
    if (!namespaces?.some(({ namespaceInfo }) => namespaceInfo?.name === NAMESPACE))
      await workflowService.registerNamespace({
        namespace: NAMESPACE,
        workflowExecutionRetentionPeriod: msToTs('1 day'),
      })
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace: NAMESPACE })
    const missing = SEARCH_ATTRIBUTES.filter((name) => !(name in (customAttributes ?? {})))
    if (missing.length > 0)
      await operatorService.addSearchAttributes({
        namespace: NAMESPACE,
        searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
      })
    for (const name of SEARCH_ATTRIBUTES)
      await workflowService.countWorkflowExecutions({ namespace: NAMESPACE, query: `${name} = 'nobody'` })
  } finally {
    await connection.close()
  }
}
