/** A whole life of the product, as its own processes, with all that can go wrong for it; and what it leaves behind. */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { WorkflowHandle } from '@temporalio/client'
import protocol from '@temporalio/proto'
import pg from 'pg'
import { migrate } from '../../src/database/migrate.ts'
import { type EmbeddedPostgres, startThrowAwayPostgres } from '../../src/embedded/postgres.ts'
import { type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { workflowBundle } from '../../src/worker/workflow-bundle.ts'
import { statusQuery } from '../../src/workflows/messages.ts'
import { runCli } from '../cli/run-cli.ts'
import { connectTestTemporal, type TestTemporal, uniqueName } from '../support/temporal.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { type RunningWorker, startWorker } from '../support/worker-process.ts'

const newSecret = (bytes: number) => randomBytes(bytes).toString('base64url')

export interface Session extends AsyncDisposable {
  readonly account: string
  readonly gem: SimulatedGem
  readonly handle: () => WorkflowHandle
  /** By what they are called. */
  readonly secrets: Readonly<Record<string, string>>
  /** As the owner. */
  readonly pool: pg.Pool
  cli(args: readonly string[], options?: CliCall): Promise<void>
  /** Starts the account's workflow. */
  start(): Promise<unknown>
  /** Ends the worker that runs, and starts another. */
  restartWorker(env?: Readonly<Record<string, string>>): Promise<RunningWorker>
  /** Waits until the newest sync has ended that began after the one before. */
  syncEnds(trigger: () => Promise<unknown>): Promise<void>
  /** All that was left behind, by where it was found. */
  remains(): Promise<Record<string, string>>
}

export interface CliCall {
  readonly input?: string
  readonly env?: Readonly<Record<string, string>>
}

export async function startSession(): Promise<Session> {
  await using parts = new AsyncDisposableStack()
  const secrets = {
    'API key': newSecret(30),
    'application secret': newSecret(24),
    'encryption key': randomBytes(32).toString('base64'),
    'wrong encryption key': randomBytes(32).toString('base64'),
    'password of the worker': newSecret(18),
  }
  const postgres = parts.adopt(await startThrowAwayPostgres(), (running) => running.stop())
  const temporal = parts.use(await connectTestTemporal())
  const gem = parts.adopt(
    await startSimulatedGem({
      ...{ candidates: 120, seed: 20, rate: null, apiKey: secrets['API key'] },
      applicationSecret: secrets['application secret'],
    }),
    (running) => running.close(),
  )
  await logStatements(postgres)
  await migrate({ databaseUrl: postgres.url, workerPassword: secrets['password of the worker'] })
  const pool = parts.adopt(new pg.Pool({ connectionString: postgres.url, max: 2 }), (open) => open.end())
  // It is closed before the last of its connections is, which may be told that the server ends.
  pool.on('error', () => {})
  // Made once for all workers of the session: it takes seconds.
  const bundle = join(parts.use(temporaryFolder()).path, 'workflows.js')
  writeFileSync(bundle, (await workflowBundle({ prebuilt: null, encodeFailures: false })).code)
  const env = { ...environmentOf(postgres, temporal, secrets), GEM_ATS_SYNC_WORKFLOW_BUNDLE: bundle }
  const account = uniqueName('acme')
  const handle = () => temporal.client.workflow.getHandle(`gem-account-${account}`)
  const written: Record<string, string[]> = { cli: [], worker: [], metrics: [], titles: [] }
  let worker: RunningWorker | null = null
  const endWorker = async () => {
    if (worker === null) return
    written.titles?.push(titleOf(worker.pid))
    written.metrics?.push(await (await fetch(`${await worker.url()}/metrics`)).text())
    worker.kill('SIGTERM')
    written.worker?.push((await worker.ended).stderr, worker.output())
    worker = null
  }
  parts.defer(async () => worker?.[Symbol.asyncDispose]())
  const running = parts.move()
  return {
    ...{ account, gem, handle, secrets, pool },
    async cli(args, call = {}) {
      const { stdout, stderr } = await runCli(args, { ...call, env: { ...env, ...call.env } })
      written.cli?.push(`$ ${args[0]}`, stdout, stderr)
    },
    start: () =>
      temporal.client.workflow.start('accountSync', {
        taskQueue: temporal.taskQueue,
        workflowId: `gem-account-${account}`,
        args: [{ account }],
      }),
    async restartWorker(changed = {}) {
      await endWorker()
      worker = startWorker({ ...env, ...changed })
      await worker.line('worker is ready')
      return worker
    },
    async syncEnds(trigger) {
      const ended = async () =>
        (await pool.query('select from sync.runs where account = $1 and finished_at is not null', [account]))
          .rowCount ?? 0
      const before = await ended()
      await trigger()
      while ((await ended()) === before) await handle().query(statusQuery)
    },
    async remains() {
      const status = JSON.stringify(await handle().query(statusQuery))
      await endWorker()
      return {
        'output of the worker': written.worker?.join('\n') ?? '',
        'output of the command line': written.cli?.join('\n') ?? '',
        metrics: written.metrics?.join('\n') ?? '',
        'titles of processes': written.titles?.join('\n') ?? '',
        'status query': status,
        'history, search attributes and memo': await historyOf(temporal, handle()),
        "PostgreSQL's log": readFileSync(await logOf(pool), 'utf8'),
        'schema sync without rejected_records': await dumpOf(pool),
      }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

function environmentOf(
  { url }: EmbeddedPostgres,
  { address, namespace, taskQueue }: TestTemporal,
  secrets: Readonly<Record<string, string>>,
): Record<string, string> {
  const database = new URL(url)
  database.username = 'gem_ats_sync_worker'
  database.password = String(secrets['password of the worker'])
  return {
    DATABASE_URL: database.href,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    GEM_ATS_SYNC_TASK_QUEUE: taskQueue,
    GEM_ATS_SYNC_ENCRYPTION_KEY: String(secrets['encryption key']),
    GEM_ATS_SYNC_HTTP_ADDRESS: '127.0.0.1:0',
    GEM_ATS_SYNC_LOG_LEVEL: 'trace',
    DEBUG: 'gem-ats-sync',
  }
}

/** More than by default: what changes roles and tables, and with which words. */
async function logStatements({ url }: EmbeddedPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`alter system set log_statement = 'ddl'`)
  await client.query('select pg_reload_conf()')
  await client.end()
}

/** As other users of the machine see the process. */
const titleOf = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')

/** As bytes, so that texts in payloads are found as they are. The session is too short for continue-as-new. */
async function historyOf({ client }: TestTemporal, handle: WorkflowHandle): Promise<string> {
  const { History } = protocol.temporal.api.history.v1
  const { runId, raw } = await handle.describe()
  const history = await client.workflow.getHandle(handle.workflowId, runId).fetchHistory()
  const { DescribeWorkflowExecutionResponse } = protocol.temporal.api.workflowservice.v1
  const encoded = [History.encode(history).finish(), DescribeWorkflowExecutionResponse.encode(raw).finish()]
  return encoded.map((bytes) => Buffer.from(bytes).toString('utf8')).join('\n')
}

/** Beside the folder of the cluster. */
async function logOf(pool: pg.Pool): Promise<string> {
  const { rows } = await pool.query<{ data_directory: string }>('show data_directory')
  return join(dirname(String(rows[0]?.data_directory)), 'postgres.log')
}

async function dumpOf(pool: pg.Pool): Promise<string> {
  const tables = await pool.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace = 'sync'::regnamespace
      and relname <> 'rejected_records'`,
  )
  const dumped = tables.rows.map(async ({ name }) => {
    const { rows } = await pool.query<{ row: string }>(`select t::text as row from ${name} t`)
    return [name, ...rows.map(({ row }) => row)].join('\n')
  })
  return (await Promise.all(dumped)).join('\n')
}
