/**
 * The composition root: configuration → clients → worker. It holds no state that another worker would need; start as
 * many as there is work.
 *
 * Exit codes: 0 stopped by a signal, 1 failed, 2 it can never work as it is configured.
 */
import { GracefulShutdownPeriodExpiredError, type NativeConnection, Worker } from '@temporalio/worker'
import { createActivities } from './activities/index.ts'
import { PageThreads } from './activities/page-threads.ts'
import { workerDataConverter } from './codec/data-converter.ts'
import { type Config, ignoredVariables, readConfig } from './config.ts'
import { connect } from './database/connect.ts'
import { UserError } from './errors.ts'
import { createGemDispatcher } from './gem/dispatcher.ts'
import { createLogger, type Logger } from './log.ts'
import { type Program, runProgram, unlessStopped } from './run-program.ts'
import { recordStatement } from './tracing.ts'
import { checkNamespace, connectTemporal, watchNamespace } from './worker/connect-temporal.ts'
import { startHttpServer } from './worker/http-server.ts'
import { nameWork } from './worker/log-attributes.ts'
import { PrometheusMeter } from './worker/metrics/prometheus-meter.ts'
import { SdkRuntime } from './worker/metrics/sdk-runtime.ts'
import { operatorView } from './worker/operator-view.ts'
import type { WorkerParts } from './worker/readiness.ts'
import { knowsSearchAttributes } from './worker/search-attributes.ts'
import { temporalLogger } from './worker/temporal-logger.ts'
import { versioningOf } from './worker/versioning.ts'
import { checkDatabase, waitUntilReady } from './worker/wait-until-ready.ts'
import { workflowBundle } from './worker/workflow-bundle.ts'

/** What does not end within the grace time, though it is told to, is left to itself so long after it. */
const FORCE_AFTER_MS = 5_000

await runProgram(work, { exitCodeOf: (error) => (error instanceof UserError ? 2 : 1) })

async function work(program: Program): Promise<number> {
  const { stopping, opened } = program
  const config = readConfig()
  const log = createLogger(config.log)
  if (config.unknownVariables.length > 0) log.warn(ignoredVariables(config.unknownVariables))
  const parts: WorkerParts = { connection: null, worker: null, stopping }
  const { worker, connection } = await unlessStopped(stopping, createWorker(config, log, parts, program))
  stopping.addEventListener('abort', () => worker.shutdown())
  log.info({ taskQueue: config.temporal.taskQueue, ...config.deployment }, 'worker is ready')
  const over = new AbortController()
  opened.defer(() => over.abort())
  const isGone = watchNamespace(connection, config.temporal, over.signal)
  try {
    await Promise.race([worker.run(), isGone])
  } catch (error) {
    await checkNamespace(connection, config.temporal)
    if (!(error instanceof GracefulShutdownPeriodExpiredError)) throw error
    log.warn('work that did not end within the grace time is cut off')
  }
  log.info('worker has stopped')
  return 0
}

/** Opens, in the order in which they are needed, all that the worker works with. */
async function createWorker(
  config: Config,
  log: Logger,
  parts: WorkerParts,
  { stopping, opened }: Program,
): Promise<{ worker: Worker; connection: NativeConnection }> {
  const sdk = new SdkRuntime(
    { logger: temporalLogger(log), shutdownSignals: [] },
    { withMetrics: config.http !== null },
  )
  if (config.traces) opened.use((await import('./worker/tracing.ts')).startTracing())
  const meter = new PrometheusMeter()
  if (config.http !== null) {
    // Before all else: while a worker waits for its servers, operators can ask it for what it waits.
    const servers = { databaseUrl: config.databaseUrl, namespace: config.temporal.namespace }
    const routes = operatorView({ parts, servers, meter, sdk, log })
    const { url } = opened.use(await startHttpServer(config.http, routes, log))
    log.info({ url }, 'health and metrics are served')
  }
  const db = opened.adopt(
    connect(config.databaseUrl, {
      max: config.worker.poolSize,
      ...(config.traces ? { onStatement: recordStatement } : {}),
    }),
    (pool) => pool.destroy(),
  )
  const dispatchers = openDispatchers(config, opened)
  const threads = opened.use(new PageThreads())
  await waitUntilReady('PostgreSQL', log, stopping, () => checkDatabase(db))
  const connection = await waitUntilReady('Temporal', log, stopping, async () => {
    await sdk.install()
    return await connectTemporal(config.temporal)
  })
  parts.connection = opened.adopt(connection, (open) => open.close())
  const worker = await Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: config.temporal.taskQueue,
    workflowBundle: await workflowBundle({
      prebuilt: config.worker.workflowBundle,
      encodeFailures: (config.temporal.codecKeys?.current ?? null) !== null,
      stopping,
    }),
    dataConverter: workerDataConverter(config.temporal.codecKeys),
    activities: createActivities({
      db,
      keyring: config.keyring,
      log,
      readPage: threads.read,
      meter,
      hasSearchAttributes: await knowsSearchAttributes(connection, config.temporal.namespace),
      dispatcherFor: (allowInsecureBaseUrl) =>
        allowInsecureBaseUrl ? dispatchers.insecure : dispatchers.secure,
    }),
    // Workflows here only decide; a second thread would only hold a second copy of their code.
    workflowThreadPoolSize: 1,
    maxConcurrentActivityTaskExecutions: config.worker.maxConcurrentActivities,
    // A slice hears of its cancellation by a heartbeat; by default most of them would be held back for 24 s.
    maxHeartbeatThrottleInterval: '5s',
    shutdownGraceTime: config.worker.shutdownGraceMs,
    shutdownForceTime: config.worker.shutdownGraceMs + FORCE_AFTER_MS,
    ...versioningOf(config.deployment),
    interceptors: { activity: [nameWork] },
  })
  parts.worker = worker
  return { worker, connection }
}

/** One pool of connections to Gem for all accounts; the limiter, not the pool, bounds each of them. */
function openDispatchers({ worker, proxies }: Config, opened: AsyncDisposableStack) {
  const connections = worker.maxConcurrentActivities * 4
  const open = (allowPrivateAddresses: boolean) =>
    opened.adopt(createGemDispatcher({ allowPrivateAddresses, connections, proxies }), (pool) => pool.close())
  return { secure: open(false), insecure: open(true) }
}
