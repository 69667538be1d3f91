import type { WorkflowHandle } from '@temporalio/client'
import getPort from 'get-port'
import pg from 'pg'
import { type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import type { Status } from '../../src/workflows/messages.ts'
import { NOBODY, runCli } from '../cli/run-cli.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { connectTestTemporal, type TestTemporal } from '../support/temporal.ts'
import { until } from '../support/until.ts'
import { untilStatus } from '../support/until-status.ts'
import type { LogLine } from '../support/worker-process.ts'
import { environmentOf, startAccount, startReadyWorker } from '../worker/worker-under-test.ts'

/** The product as an operator has it: a worker's process with its log and metrics, the CLI, the Web UI's source. */
export interface Stage extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
  readonly database: TestDatabase
  readonly temporal: TestTemporal
  readonly worker: Awaited<ReturnType<typeof startReadyWorker>>
  /** As superuser. */
  readonly pool: pg.Pool
  /** An account on a simulated Gem of its own that has made its first sync, and waits for the next one. */
  account(assignments?: readonly string[]): Promise<Actor>
  /** A command as a person types it: what it prints, errors included. */
  run(...args: string[]): Promise<string>
  /** The same where Temporal does not answer. */
  runAway(...args: string[]): Promise<string>
  metrics(): Promise<string>
  /** Does something while neither worker nor CLI reaches PostgreSQL. */
  withoutDatabase<T>(look: () => Promise<T>): Promise<T>
  /** The last lines of the worker. */
  lastLog(): string
}

export interface Actor {
  readonly account: string
  readonly handle: WorkflowHandle
  readonly gem: SimulatedGem
  until(isWished: (status: Status) => boolean): Promise<Status>
  /** Asks for a full sync, and waits for its end. */
  resync(): Promise<Status>
  /** What the Web UI shows of it as current details. */
  webUi(): Promise<string>
  /** What the worker has logged about it. */
  log(): string
}

export async function openStage(more: Readonly<Record<string, string>> = {}): Promise<Stage> {
  await using parts = new AsyncDisposableStack()
  const database = parts.use(await createTestDatabase())
  const temporal = parts.use(await connectTestTemporal())
  const pool = parts.adopt(new pg.Pool({ connectionString: database.ownerUrl, max: 2 }), (open) => open.end())
  const port = await getPort()
  let proxy = await startTcpProxy(port, new URL(database.workerUrl).host)
  parts.defer(() => proxy.close())
  const env = { ...environmentOf(through(port, database.workerUrl), temporal), ...more }
  const worker = parts.use(await startReadyWorker(env))
  const opened = parts.move()
  return {
    ...{ env, database, temporal, worker, pool },
    async account(assignments) {
      const gem = opened.adopt(await startSimulatedGem({ candidates: 60, rate: null }), (open) =>
        open.close(),
      )
      const { account, handle } = await startAccount(database.workerUrl, temporal, gem, assignments)
      opened.defer(() => handle.terminate('the test has ended').then(ignore, ignore))
      const hasStatus: Actor['until'] = (isWished) => untilStatus(handle, isWished)
      await hasStatus(({ doing }) => doing.startsWith('next '))
      return {
        ...{ account, handle, gem, until: hasStatus },
        async resync() {
          const { lastSync } = await hasStatus(() => true)
          await handle.signal('resync', { mode: 'full' })
          return await hasStatus(
            (status) => status.lastSync !== null && status.lastSync.run !== lastSync?.run,
          )
        },
        webUi: () => currentDetails(handle),
        log: () =>
          worker
            .lines('')
            .filter((line) => line.account === account)
            .map(inLine)
            .join('\n'),
      }
    },
    run: (...args) => command(args, env),
    runAway: (...args) => command(args, { ...env, TEMPORAL_ADDRESS: NOBODY }),
    async withoutDatabase(look) {
      await proxy.close()
      try {
        return await look()
      } finally {
        proxy = await startTcpProxy(port, new URL(database.workerUrl).host)
      }
    },
    lastLog: () => worker.lines('').slice(-3).map(inLine).join('\n'),
    metrics: () => freshMetrics(worker.at),
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

async function command(args: readonly string[], env: Readonly<Record<string, string>>): Promise<string> {
  const { stdout, stderr } = await runCli(args, { env })
  return `${stdout}${stderr}`
}

function through(port: number, databaseUrl: string): string {
  const url = new URL(databaseUrl)
  url.host = `127.0.0.1:${port}`
  return url.href
}

const ignore = () => {}

/** What PostgreSQL tells is remembered for some seconds: waits until the worker has asked anew. */
async function freshMetrics(at: string): Promise<string> {
  const read = async () => await (await fetch(`${at}/metrics`)).text()
  const ages = (text: string) => text.match(/^gem_ats_sync_freshness_seconds\{.*$/gm)?.join() ?? null
  const remembered = ages(await read())
  return await until('newer metrics', read, (text) => remembered === null || ages(text) !== remembered)
}

/** `warn account has a new state {"state":"PAUSED"}` */
export function inLine({ level, msg, time: _t, pid: _p, hostname: _h, ...fields }: LogLine): string {
  const name = { 30: 'info', 40: 'warn', 50: 'error' }[level] ?? String(level)
  return `${name} ${msg} ${JSON.stringify(fields)}`
}

async function currentDetails(handle: WorkflowHandle): Promise<string> {
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata')
  return metadata.currentDetails ?? ''
}
