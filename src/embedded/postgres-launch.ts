import { setTimeout as delay } from 'node:timers/promises'
import { UserError } from '../errors.ts'
import { recordChild } from './leftover.ts'
import { choosePort, LOOPBACK } from './ports.ts'
import type { Cluster } from './postgres-cluster.ts'
import { runStatement } from './postgres-query.ts'
import { type ServerProcess, startServerProcess, tail } from './server-process.ts'
import type { Progress } from './tool-cache.ts'

const READY_WITHIN_MS = 60_000
const ATTEMPTS = 20
const PAUSE_MS = 250

export interface LaunchOptions {
  readonly logFile: string
  readonly pidFile: string
  readonly port: string | undefined
  readonly usualPort: number | undefined
  readonly throwAway: boolean
  readonly say: Progress
}

export interface Launched {
  readonly server: ServerProcess
  readonly port: number
  /** As superuser, without a database. */
  readonly url: string
}

/** Starts the server on a cluster and waits until it answers; see `startPostgres` for errors. */
export async function launchPostgres(cluster: Cluster, options: LaunchOptions): Promise<Launched> {
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort({
      service: 'PostgreSQL',
      variable: 'PGPORT',
      wanted: options.port,
      usual: options.usualPort,
      say: options.say,
    })
    const server = spawnPostgres(cluster, port, options)
    const url = `postgresql://postgres:${cluster.password}@${LOOPBACK}:${port}`
    if (await isUp(url, server)) return { server, port, url }
    const end = await server.ended
    const log = tail(options.logFile)
    if (attempt === ATTEMPTS || !passesSoon(log)) {
      throw new UserError(`PostgreSQL did not start (${end}); ${options.logFile} ends with:\n${log}`)
    }
    await delay(PAUSE_MS)
  }
}

function passesSoon(log: string): boolean {
  // Between choosing a free port and binding it, another process may have taken it.
  if (log.includes('could not create any TCP/IP sockets')) return true
  // The children of a server that was killed take a moment to notice.
  return (
    log.includes('pre-existing shared memory block') ||
    log.includes('lock file "postmaster.pid" already exists')
  )
}

function spawnPostgres(cluster: Cluster, port: number, options: LaunchOptions): ServerProcess {
  const server = startServerProcess({
    command: cluster.binaries.postgres,
    args: ['-D', cluster.dir, '-p', String(port), ...settings(options.throwAway)],
    logFile: options.logFile,
    env: { LC_ALL: 'C' },
    ...cluster.account.launch,
  })
  recordChild(options.pidFile, server.pid)
  return server
}

function settings(throwAway: boolean): readonly string[] {
  const values = {
    listen_addresses: LOOPBACK,
    // Everything goes by TCP; a socket's path may be longer than the system allows.
    unix_socket_directories: '',
    timezone: 'UTC',
    log_timezone: 'UTC',
    max_connections: '200',
    shared_buffers: '512MB',
    max_wal_size: '2GB',
    jit: 'off',
    max_parallel_workers_per_gather: '0',
    ...(throwAway ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  }
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])
}

/** True once the server answers; false if it ended instead. */
async function isUp(url: string, server: ServerProcess): Promise<boolean> {
  const deadline = Date.now() + READY_WITHIN_MS
  while (!server.hasEnded()) {
    const problem = await connectProblem(url)
    if (problem === null) return true
    if (problem.code === WRONG_PASSWORD && (await endsSoon(server))) return false
    if (problem.code === WRONG_PASSWORD || Date.now() > deadline) {
      await server.stop('SIGINT', 10_000)
      throw new UserError(`the embedded PostgreSQL cannot be used: ${problem.message}`)
    }
    await delay(25)
  }
  return false
}

const WRONG_PASSWORD = '28P01'

async function connectProblem(url: string): Promise<(Error & { code?: string }) | null> {
  return runStatement(`${url}/postgres`, 'SELECT 1').then(
    () => null,
    (error: Error & { code?: string }) => error,
  )
}

/** If it was another PostgreSQL, faster at taking the port, that refused the password, then ours gives up. */
async function endsSoon(server: ServerProcess): Promise<boolean> {
  await Promise.race([server.ended, delay(2_000)])
  return server.hasEnded()
}
