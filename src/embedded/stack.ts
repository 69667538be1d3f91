/** The embedded stack: PostgreSQL, Temporal, in the demo a simulated Gem, and the worker, on one data folder. */
import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import getPort from 'get-port'
import { migrate } from '../database/migrate.ts'
import { UserError } from '../errors.ts'
import type { EmbeddedEnvironment } from './environment.ts'
import { isTaken, type PidLock, takeLock } from './pid-lock.ts'
import { isFree, LOOPBACK } from './ports.ts'
import { type EmbeddedPostgres, startPostgres } from './postgres.ts'
import { keepSecret, newPassword } from './secrets.ts'
import * as files from './stack-file.ts'
import { startTemporalServer, type TemporalServer } from './temporal-server.ts'
import { provideTemporalCli } from './temporal-tool.ts'
import type { Progress } from './tool-cache.ts'
import { untilPolled } from './until-polled.ts'
import { startWorkerProcess } from './worker-process.ts'

const USUAL_WORKER_PORT = 9464

export interface StackOptions {
  readonly environment: EmbeddedEnvironment
  /** Starts the simulated Gem; only the demo has one. */
  readonly startGem?: () => Promise<RunningGem>
  /** Where the worker's log goes: to a file in the data folder, or to this process's output. */
  readonly workerLog: 'file' | 'inherit'
  /** Says what takes long, and what went wrong without ending the stack. */
  readonly say: Progress
}

export interface RunningGem {
  readonly url: string
  close(): Promise<void>
}

export interface Stack {
  readonly dataDir: string
  readonly file: files.StackFile
  /** As the owner of the schemas; for looking around with psql use `file.databaseUrl`. */
  readonly ownerUrl: string
  /** Rejects when PostgreSQL or Temporal ends without having been stopped. */
  readonly failed: Promise<never>
}

export interface StartingStack {
  /** Rejects with a UserError if a part does not come up. */
  readonly ready: Promise<Stack>
  /** Stops everything in order, the worker first; also while it is still starting. */
  stop(): Promise<void>
}

/** Starts everything; `<data dir>/stack.json` is there once it is ready, and as long as it runs. */
export function startStack(options: StackOptions): StartingStack {
  const parts = new AsyncDisposableStack()
  return { ready: startParts(options, parts), stop: () => parts.disposeAsync() }
}

async function startParts(options: StackOptions, parts: AsyncDisposableStack): Promise<Stack> {
  const { dataDir } = options.environment
  const lock = lockDataDir(dataDir)
  parts.defer(() => lock.release())
  const { postgres, temporal, gem, cli } = await startServers(options, parts)
  const servers = {
    databaseUrl: await prepareDatabase(dataDir, postgres),
    temporalAddress: temporal.address,
    namespace: temporal.namespace,
    taskQueue: files.TASK_QUEUE,
    uiUrl: temporal.uiUrl,
    ...(gem === undefined ? {} : { gemUrl: gem.url }),
    temporalCli: cli,
    pid: process.pid,
  }
  keepSecret(files.encryptionKeyPath(dataDir), () => randomBytes(32).toString('base64'))
  const file = await startWorker(options, servers, parts)
  return { dataDir, file, ownerUrl: postgres.url, failed: firstFailure(postgres, temporal, parts) }
}

function lockDataDir(dataDir: string): PidLock {
  mkdirSync(dataDir, { recursive: true })
  const lock = takeLock(files.stackLockPath(dataDir))
  if (!isTaken(lock)) return lock
  throw new UserError(
    `an embedded stack runs on ${dataDir} already (process ${lock.pid}); use that one, stop it, ` +
      'or set GEM_ATS_SYNC_DATA_DIR to another folder for a second one',
  )
}

async function startServers(options: StackOptions, parts: AsyncDisposableStack) {
  const { environment, say } = options
  const { dataDir } = environment
  const cli = await provideTemporalCli(environment, say)
  assertWanted(parts)
  // What has begun to start is stopped too: each is waited for before it is ended.
  const begin = <T>(starting: Promise<T>, end: (part: T) => Promise<void>): Promise<T> => {
    parts.defer(() => starting.then(end, () => {}))
    return starting
  }
  const { postgresPort: port, temporalPort, temporalUiPort: uiPort } = environment
  const [postgres, temporal, gem] = await Promise.all([
    begin(startPostgres({ dataDir, port, usualPort: 5432, say }), (part) => part.stop()),
    begin(startTemporalServer({ cli, dataDir, port: temporalPort, uiPort, say }), (part) => part.stop()),
    begin(options.startGem?.() ?? Promise.resolve(undefined), async (part) => part?.close()),
  ])
  return { postgres, temporal, gem, cli }
}

/** Nothing more is begun once a stop was asked for: nobody would end it. */
function assertWanted(parts: AsyncDisposableStack): void {
  if (parts.disposed) throw new UserError('stopped while it was starting')
}

/** Migrates as the owner. @returns the URL of the worker's role */
async function prepareDatabase(dataDir: string, postgres: EmbeddedPostgres): Promise<string> {
  const workerPassword = keepSecret(join(dataDir, 'worker-password'), newPassword)
  await migrate({ databaseUrl: postgres.url, workerPassword })
  const url = new URL(postgres.url)
  url.username = 'gem_ats_sync_worker'
  url.password = workerPassword
  return url.href
}

/**
 * Starts the worker and writes the stack's file once it works; again when the worker comes up on another port, since
 * its own was taken while it was down.
 */
async function startWorker(
  { environment, workerLog, say }: StackOptions,
  servers: Omit<files.StackFile, 'workerUrl'>,
  parts: AsyncDisposableStack,
): Promise<files.StackFile> {
  const { dataDir } = environment
  const logFile = workerLog === 'file' ? join(dataDir, 'worker.log') : undefined
  let file = { ...servers, workerUrl: await chooseWorkerUrl(USUAL_WORKER_PORT) }
  let isReady = false
  const variables = async () => {
    const workerUrl = await chooseWorkerUrl(portOf(file))
    if (workerUrl !== file.workerUrl) {
      file = { ...file, workerUrl }
      if (isReady) files.writeStackFile(dataDir, file)
      say(`the worker serves health and metrics at ${workerUrl} now: its port is taken`)
    }
    return { ...files.variablesFor(dataDir, file), GEM_ATS_SYNC_HTTP_ADDRESS: new URL(workerUrl).host }
  }
  const hasLostPort = async () => !(await isFree(portOf(file)))
  assertWanted(parts)
  const worker = await startWorkerProcess({ variables, hasLostPort, logFile, say })
  parts.defer(() => worker.stop())
  await untilPolled(file, worker.firstEnded, logFile)
  isReady = true
  files.writeStackFile(dataDir, file)
  parts.defer(() => files.removeStackFile(dataDir))
  return file
}

const portOf = ({ workerUrl }: Pick<files.StackFile, 'workerUrl'>): number => Number(new URL(workerUrl).port)

/** Two stacks on one machine do not get into each other's way. */
async function chooseWorkerUrl(usual: number): Promise<string> {
  const port = (await isFree(usual)) ? usual : await getPort({ host: LOOPBACK })
  return `http://${LOOPBACK}:${port}`
}

function firstFailure(
  postgres: EmbeddedPostgres,
  temporal: TemporalServer,
  parts: AsyncDisposableStack,
): Promise<never> {
  let stopping = false
  parts.defer(() => {
    stopping = true
  })
  const failure = (name: string, ended: Promise<string>) =>
    new Promise<never>((_, reject) => {
      ended.then((end) => {
        if (!stopping) reject(new UserError(`${name} ended unexpectedly (${end}); the stack stops`))
      })
    })
  return Promise.race([failure('PostgreSQL', postgres.ended), failure('Temporal', temporal.ended)])
}
