/** The product as its users run it: the worker as a process, told what to do by Temporal. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { Client, Connection, type WorkflowHandle } from '@temporalio/client'
import pg from 'pg'
import { insertAccount } from '../../src/accounts/account-store.ts'
import { applyAssignments } from '../../src/accounts/assignments.ts'
import { parseEncryptionKey } from '../../src/accounts/encryption.ts'
import { connect } from '../../src/database/connect.ts'
import { type ServerProcess, startServerProcess } from '../../src/embedded/server-process.ts'
import type { TemporalServer } from '../../src/embedded/temporal-server.ts'
import { untilPolled } from '../../src/embedded/until-polled.ts'
import { workerEnvironment, workerFlags } from '../../src/embedded/worker-process.ts'
import type { accountSync } from '../../src/workflows/index.ts'

export interface ProductParts {
  readonly folder: string
  readonly temporal: TemporalServer
  /** A script that `bundle-workflows.ts` wrote. */
  readonly workflowBundle: string
  /** Of the worker's role, on a migrated database. */
  readonly databaseUrl: string
  /** Of the schemas' owner. */
  readonly ownerUrl: string
  /** Of Node, besides those that the worker has always. */
  readonly flags?: readonly string[]
}

/** A worker that polls, on a task queue of its own. */
export class RunningProduct implements AsyncDisposable {
  readonly #worker: ServerProcess
  readonly #connection: Connection
  readonly #client: Client
  readonly #listener: pg.Client
  readonly #parts: ProductParts
  readonly #key: string
  readonly #taskQueue: string
  readonly #ended = new Map<string, string[]>()

  private constructor(
    parts: ProductParts,
    running: {
      worker: ServerProcess
      connection: Connection
      listener: pg.Client
      key: string
      taskQueue: string
    },
  ) {
    this.#parts = parts
    this.#worker = running.worker
    this.#connection = running.connection
    this.#client = new Client({ connection: running.connection, namespace: parts.temporal.namespace })
    this.#listener = running.listener
    this.#key = running.key
    this.#taskQueue = running.taskQueue
    // Any number of accounts may be waited for side by side.
    running.listener.setMaxListeners(0)
    running.listener.on('notification', ({ payload }) => {
      const { account, state } = JSON.parse(payload ?? '{}') as { account: string; state: string }
      this.#ended.set(account, [...(this.#ended.get(account) ?? []), state])
    })
  }

  static async start(parts: ProductParts): Promise<RunningProduct> {
    const { temporal, databaseUrl, folder, flags = [] } = parts
    const key = randomBytes(32).toString('base64')
    const taskQueue = `bench-${randomBytes(4).toString('hex')}`
    const logFile = join(folder, 'worker.log')
    const worker = startServerProcess({
      command: process.execPath,
      args: [...workerFlags, ...flags, join(import.meta.dirname, '../../src/worker.ts')],
      logFile,
      env: {
        ...workerEnvironment,
        DATABASE_URL: databaseUrl,
        TEMPORAL_ADDRESS: temporal.address,
        TEMPORAL_NAMESPACE: temporal.namespace,
        GEM_ATS_SYNC_ENCRYPTION_KEY: key,
        GEM_ATS_SYNC_TASK_QUEUE: taskQueue,
        GEM_ATS_SYNC_WORKFLOW_BUNDLE: parts.workflowBundle,
      },
    })
    const stack = { temporalAddress: temporal.address, namespace: temporal.namespace, taskQueue }
    await untilPolled(stack, worker.ended, logFile)
    const listener = new pg.Client({ connectionString: parts.ownerUrl })
    await listener.connect()
    await listener.query('listen gem_ats_sync')
    const connection = await Connection.connect({ address: temporal.address })
    return new RunningProduct(parts, { worker, connection, listener, key, taskQueue })
  }

  get pid(): number {
    return this.#worker.pid
  }

  async addAccount(
    account: string,
    gem: { url: string; apiKey: string },
    assignments: readonly string[],
  ): Promise<void> {
    const key = parseEncryptionKey(this.#key)
    if (key === null) throw new Error('32 bytes are a key')
    const db = connect(this.#parts.ownerUrl, { max: 1 })
    await insertAccount(
      db,
      { current: key, others: [] },
      {
        account,
        settings: applyAssignments({}, assignments),
        baseUrl: gem.url,
        allowInsecureBaseUrl: true,
        apiKey: gem.apiKey,
        applicationSecret: null,
      },
    ).finally(() => db.destroy())
  }

  async startAccount(account: string): Promise<WorkflowHandle<typeof accountSync>> {
    return await this.#client.workflow.start<typeof accountSync>('accountSync', {
      taskQueue: this.#taskQueue,
      workflowId: `gem-account-${account}`,
      args: [{ account }],
    })
  }

  handleOf(account: string): WorkflowHandle<typeof accountSync> {
    return this.#client.workflow.getHandle<typeof accountSync>(`gem-account-${account}`)
  }

  /** Waits for the next sync of an account that ends, of those not waited for before. @returns its state */
  async nextSync(account: string): Promise<string> {
    for (;;) {
      const state = this.#ended.get(account)?.shift()
      if (state !== undefined) return state
      await once(this.#listener, 'notification')
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.stop('SIGTERM', 45_000)
    await this.#listener.end()
    await this.#connection.close()
  }
}

/** What a workflow's present run has cost Temporal so far. */
export async function historyOf(
  handle: WorkflowHandle<typeof accountSync>,
): Promise<{ events: number; activities: number; bytes: number }> {
  const { historyLength, historySize = 0 } = await handle.describe()
  const { events } = await handle.fetchHistory()
  const activities = (events ?? []).filter(
    ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled != null,
  ).length
  return { events: historyLength, activities, bytes: historySize }
}
