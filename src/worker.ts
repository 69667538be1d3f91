/**
 * The composition root: configuration → clients → worker. It holds no state that another worker would need; start as
 * many as there is work.
 *
 * Exit codes: 0 stopped by a signal, 1 failed, 2 the configuration is wrong.
 */
import { NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { createActivities } from './activities/index.ts'
import { type Config, readConfig } from './config.ts'
import { connect } from './database/connect.ts'
import { UserError } from './errors.ts'
import { createGemDispatcher } from './gem/dispatcher.ts'
import { createLogger, type Logger } from './log.ts'
import { knowsSearchAttributes } from './worker/search-attributes.ts'
import { temporalLogger } from './worker/temporal-logger.ts'
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
  Runtime.install({ logger: temporalLogger(log), shutdownSignals: [] })
  const db = connect(config.databaseUrl, { max: config.worker.poolSize })
  const dispatchers = createDispatchers(config)
  try {
    await waitUntilReady('PostgreSQL', log, stopping, () => checkDatabase(db))
    const connection = await waitUntilReady('Temporal', log, stopping, () =>
      NativeConnection.connect(config.temporal.connectionOptions),
    )
    const worker = await Worker.create({
      connection,
      namespace: config.temporal.namespace,
      taskQueue: config.temporal.taskQueue,
      workflowBundle: await workflowBundle(config.worker.workflowBundle),
      activities: createActivities({
        db,
        keyring: config.keyring,
        log,
        hasSearchAttributes: await knowsSearchAttributes(connection, config.temporal.namespace),
        dispatcherFor: (allowInsecureBaseUrl) =>
          allowInsecureBaseUrl ? dispatchers.insecure : dispatchers.secure,
      }),
      // Workflows here only decide; a second thread would only hold a second copy of their code.
      workflowThreadPoolSize: 1,
      maxConcurrentActivityTaskExecutions: config.worker.maxConcurrentActivities,
      shutdownGraceTime: config.worker.shutdownGraceMs,
    })
    stopping.addEventListener('abort', () => worker.shutdown())
    if (!stopping.aborted) {
      log.info({ taskQueue: config.temporal.taskQueue }, 'worker is ready')
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
