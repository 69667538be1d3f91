/**
 * The composition root: configuration → clients → worker. It holds no state that another worker would need; start as
 * many as there is work.
 *
 * Exit codes: 0 stopped by a signal, 1 failed, 2 the configuration is wrong.
 */
import { NativeConnection, Worker } from '@temporalio/worker'
import { createActivities } from './activities/index.ts'
import { PageThreads } from './activities/page-threads.ts'
import { workerDataConverter } from './codec/data-converter.ts'
import { type Config, ignoredVariables, readConfig } from './config.ts'
import { connect } from './database/connect.ts'
import { UserError } from './errors.ts'
import { createGemDispatcher } from './gem/dispatcher.ts'
import { createLogger, type Logger } from './log.ts'
import type { HttpAddress, HttpServer } from './serve-http.ts'
import { recordStatement } from './tracing.ts'
import { type Routes, startHttpServer } from './worker/http-server.ts'
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

try {
  const config = readConfig()
  await work(config, createLogger(config.log))
} catch (error) {
  console.error(error instanceof UserError ? `error: ${error.message}` : error)
  process.exitCode = error instanceof UserError ? 2 : 1
}

async function work(config: Config, log: Logger): Promise<void> {
  const stopping = stopSignal()
  if (config.unknownVariables.length > 0) log.warn(ignoredVariables(config.unknownVariables))
  const sdk = new SdkRuntime(
    { logger: temporalLogger(log), shutdownSignals: [] },
    { withMetrics: config.http !== null },
  )
  await using _tracing = config.traces ? (await import('./worker/tracing.ts')).startTracing() : null
  const meter = new PrometheusMeter()
  const parts: WorkerParts = { connection: null, worker: null, stopping }
  const routes = operatorView({ parts, databaseUrl: config.databaseUrl, meter, sdk, log })
  await using _server = await serve(config.http, routes, log)
  const db = connect(config.databaseUrl, {
    max: config.worker.poolSize,
    ...(config.traces ? { onStatement: recordStatement } : {}),
  })
  const dispatchers = createDispatchers(config)
  await using threads = new PageThreads()
  try {
    await waitUntilReady('PostgreSQL', log, stopping, () => checkDatabase(db))
    const connection = await waitUntilReady('Temporal', log, stopping, async () => {
      await sdk.install()
      return await NativeConnection.connect(config.temporal.connectionOptions)
    })
    parts.connection = connection
    const worker = await Worker.create({
      connection,
      namespace: config.temporal.namespace,
      taskQueue: config.temporal.taskQueue,
      workflowBundle: await workflowBundle({
        prebuilt: config.worker.workflowBundle,
        encodeFailures: (config.temporal.codecKeys?.current ?? null) !== null,
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
      ...versioningOf(config.deployment),
      interceptors: { activity: [nameWork] },
    })
    parts.worker = worker
    stopping.addEventListener('abort', () => worker.shutdown())
    if (!stopping.aborted) {
      log.info({ taskQueue: config.temporal.taskQueue, ...config.deployment }, 'worker is ready')
      await worker.run()
    }
    await connection.close()
    log.info('worker has stopped')
  } catch (error) {
    if (!stopping.aborted) throw error
  } finally {
    await Promise.all([dispatchers.secure.close(), dispatchers.insecure.close(), db.destroy()])
  }
}

/** Before all else: while a worker waits for its servers, operators can ask it for what it waits. */
async function serve(address: HttpAddress | null, routes: Routes, log: Logger): Promise<HttpServer | null> {
  if (address === null) return null
  const server = await startHttpServer(address, routes, log)
  log.info({ url: server.url }, 'health and metrics are served')
  return server
}

/** One pool of connections to Gem for all accounts; the limiter, not the pool, bounds each of them. */
function createDispatchers({ worker }: Config) {
  const connections = worker.maxConcurrentActivities * 4
  return {
    secure: createGemDispatcher({ allowPrivateAddresses: false, connections }),
    insecure: createGemDispatcher({ allowPrivateAddresses: true, connections }),
  }
}

/** Aborted by SIGINT or SIGTERM: what is under way may end, within the grace time. */
function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort())
  return controller.signal
}
