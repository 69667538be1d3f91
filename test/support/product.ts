import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client'
import { DefaultLogger, NativeConnection, Runtime, Worker, type WorkerInterceptors } from '@temporalio/worker'
import pg from 'pg'
import { insertAccount, updateKey } from '../../src/accounts/account-store.ts'
import { applyAssignments } from '../../src/accounts/assignments.ts'
import { type Keyring, parseEncryptionKey } from '../../src/accounts/encryption.ts'
import { parseSettings } from '../../src/accounts/settings.ts'
import type { Pause } from '../../src/activities/call-retries.ts'
import { type Activities, createActivities } from '../../src/activities/index.ts'
import { PageThreads } from '../../src/activities/page-threads.ts'
import type { CodecKeys } from '../../src/codec/codec-keys.ts'
import { clientDataConverter, workerDataConverter } from '../../src/codec/data-converter.ts'
import { connect, type Db } from '../../src/database/connect.ts'
import {
  type SimulatedGem,
  type SimulatedGemOptions,
  startSimulatedGem,
} from '../../src/embedded/simulated-gem/index.ts'
import type { GemClientOptions } from '../../src/gem/client.ts'
import { createGemDispatcher } from '../../src/gem/dispatcher.ts'
import { createLogger } from '../../src/log.ts'
import { streamNames } from '../../src/streams.ts'
import { knowsSearchAttributes } from '../../src/worker/search-attributes.ts'
import { workflowBundle as workflowBundleOfWorker } from '../../src/worker/workflow-bundle.ts'
import type { accountSync } from '../../src/workflows/index.ts'
import { createTestDatabase } from './database.ts'
import { differences } from './oracle/differences.ts'
import { expectedTables, type Source } from './oracle/index.ts'
import { readTables } from './oracle/read-tables.ts'
import { connectTestTemporal, connectTimeSkipping, uniqueName } from './temporal.ts'
import { VirtualClock } from './virtual-clock.ts'

/** A sync that ended, as `NOTIFY gem_ats_sync` tells it. */
export interface EndedSync {
  readonly account: string
  readonly run: string
  readonly state: string
  readonly changed: readonly string[]
}

export interface Product extends AsyncDisposable {
  readonly db: Db
  readonly pool: pg.Pool
  readonly gem: SimulatedGem
  readonly client: Awaited<ReturnType<typeof connectTestTemporal>>['client']
  readonly taskQueue: string
  /** Adds an account on the simulated Gem. */
  addAccount(assignments?: readonly string[]): Promise<string>
  /** As the command `account set-key` does, without telling the workflow; it is the same key again. */
  setKey(account: string): Promise<void>
  start(account: string): Promise<WorkflowHandleWithFirstExecutionRunId<typeof accountSync>>
  /** Lets virtual time pass (`1 day`); only with `timeSkipping`. */
  skip(duration: string): Promise<void>
  /** The time that Temporal and the simulated Gem have: virtual with `timeSkipping`. */
  now(): Date
  /**
   * Lets virtual time pass while there is no worker; only with `timeSkipping` and `cachedWorkflows: 0`, since the
   * server keeps what a worker has cached for that worker alone.
   */
  skipWithoutWorker(duration: string, before: () => Promise<void>): Promise<void>
  /** The next sync that ends, of those not asked for before. */
  nextSync(account: string): Promise<EndedSync>
  /** What differs between the mirror and what Gem holds (or the given lists), by the oracle. */
  differences(account: string, source?: Source): Promise<string[]>
}

export interface ProductOptions {
  /** Its own Temporal server, with virtual time. A product for each test then: see time-skipping-server.ts. */
  readonly timeSkipping?: boolean
  /** Workflows that the worker keeps between their tasks; as many as fit by default. */
  readonly cachedWorkflows?: number
  /** Each has a pool of its own; several run one activity at a time, so that slices side by side are on different ones. */
  readonly workers?: number
  /** Activities at a time, of each worker; as many as the SDK's default if there is one worker. */
  readonly slots?: number
  /** Histories are encrypted with them; this product's own client reads them. */
  readonly codecKeys?: CodecKeys
  /** How patient it is with Gem. */
  readonly timeouts?: GemClientOptions['timeouts']
  /** Activities that answer otherwise. */
  readonly activities?: Partial<Activities>
  /** How it waits before a failed call is made again in its place. */
  readonly pause?: Pause
}

/** The whole product in this process, on a database, a Temporal task queue and a simulated Gem of its own. */
export async function startProduct(
  gemOptions: SimulatedGemOptions = {},
  {
    timeSkipping = false,
    cachedWorkflows,
    workers = 1,
    slots = workers > 1 ? 1 : undefined,
    codecKeys,
    timeouts,
    activities,
    pause,
  }: ProductOptions = {},
): Promise<Product> {
  await using starting = new AsyncDisposableStack()
  const database = starting.use(await createTestDatabase())
  const temporal = starting.use(
    await (timeSkipping
      ? connectTimeSkipping()
      : connectTestTemporal(clientDataConverter(codecKeys ?? null))),
  )
  const clock = new VirtualClock()
  const gem = starting.adopt(
    await startSimulatedGem({ rate: null, now: clock.now, ...gemOptions }),
    (running) => running.close(),
  )
  gem.setSwitches({ attachmentUrls: 'stable', ...gemOptions.switches })
  const db = starting.adopt(connect(database.workerUrl), (open) => open.destroy())
  const pool = starting.adopt(new pg.Pool({ connectionString: database.ownerUrl, max: 2 }), (open) =>
    open.end(),
  )
  const dispatcher = starting.adopt(
    createGemDispatcher({ allowPrivateAddresses: true, connections: 16 }),
    (open) => open.close(),
  )
  const syncs = starting.adopt(await listen(database.ownerUrl), (listening) => listening.close())
  const threads = starting.use(new PageThreads())
  const keyring = newKeyring()
  const log = createLogger({ level: 'error', pretty: false })
  const startWorker = async (connection: NativeConnection, ownDb: Db) => {
    const worker = await Worker.create({
      connection,
      namespace: temporal.namespace,
      taskQueue: temporal.taskQueue,
      identity: uniqueName('worker'),
      workflowBundle: await workflowBundle(codecKeys !== undefined),
      dataConverter: workerDataConverter(codecKeys ?? null),
      activities: {
        ...createActivities({
          db: ownDb,
          keyring,
          log,
          readPage: threads.read,
          hasSearchAttributes: await knowsSearchAttributes(connection, temporal.namespace),
          dispatcherFor: () => dispatcher,
          timeouts,
          pause,
        }),
        ...activities,
      },
      ...(cachedWorkflows === undefined ? {} : { maxCachedWorkflows: cachedWorkflows }),
      ...(timeSkipping ? { interceptors: followTime(clock, pool) } : {}),
      ...(slots === undefined ? {} : { maxConcurrentActivityTaskExecutions: slots }),
    })
    const working = worker.run()
    return async () => {
      worker.shutdown()
      await working
    }
  }
  const startFirstWorker = () => startWorker(temporal.nativeConnection, db)
  let stopWorker = await startFirstWorker()
  starting.defer(() => stopWorker())
  for (let number = 2; number <= workers; number++) {
    // The SDK takes one worker a task queue and connection.
    const connection = starting.adopt(await NativeConnection.connect({ address: temporal.address }), (open) =>
      open.close(),
    )
    const ownDb = starting.adopt(connect(database.workerUrl), (open) => open.destroy())
    starting.defer(await startWorker(connection, ownDb))
  }
  const accounts: string[] = []
  starting.defer(async () => {
    for (const account of accounts)
      await terminate(temporal.client.workflow.getHandle(`gem-account-${account}`))
  })

  const sourceNow = (): Source =>
    Object.fromEntries(streamNames.map((name) => [name, [...gem.world.objects(name)]])) as Source
  const running = starting.move()

  return {
    db,
    pool,
    gem,
    client: temporal.client,
    taskQueue: temporal.taskQueue,
    async addAccount(assignments = []) {
      const account = uniqueName('acme')
      const settings = applyAssignments({}, ['rate.requestsPerSecond=20', 'rate.burst=500', ...assignments])
      await insertAccount(db, keyring, {
        account,
        settings,
        baseUrl: gem.url,
        allowInsecureBaseUrl: true,
        apiKey: gem.apiKey,
        applicationSecret: null,
      })
      accounts.push(account)
      return account
    },
    async setKey(account) {
      await updateKey(db, keyring, account, { apiKey: gem.apiKey, applicationSecret: null })
    },
    async start(account) {
      return await temporal.client.workflow.start<typeof accountSync>('accountSync', {
        taskQueue: temporal.taskQueue,
        workflowId: `gem-account-${account}`,
        args: [{ account }],
      })
    },
    nextSync: syncs.next,
    async skip(duration) {
      await temporal.skip(duration)
      clock.tell(await temporal.now())
    },
    now: clock.now,
    async skipWithoutWorker(duration, before) {
      await stopWorker()
      stopWorker = async () => {}
      await before()
      await temporal.skipBesideTask(duration)
      clock.tell(await temporal.now())
      stopWorker = await startFirstWorker()
    },
    async differences(account, source = sourceNow()) {
      const { rows } = await pool.query('select settings from sync.accounts where account = $1', [account])
      const { jobBoard, integrationFields } = parseSettings(rows[0].settings)
      const expected = expectedTables(source, {
        account,
        settings: { jobBoard, integrationFields: [...integrationFields] },
      })
      return differences(expected, await readTables(pool, account))
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/**
 * Tells the clock what time it is whenever an activity begins. PostgreSQL's clock does not jump, so the account's
 * slots, which lie in its time, come nearer by as much: a limiter that has rested for hours has a full bucket.
 */
function followTime(clock: VirtualClock, pool: pg.Pool): WorkerInterceptors {
  return {
    activity: [
      ({ info }) => ({
        inbound: {
          async execute(input, next) {
            const jumpMs = clock.tell(info.currentAttemptScheduledTimestampMs)
            if (jumpMs > 1_000) {
              await pool.query(
                `update sync.rate_limits set next_slot_at = next_slot_at - make_interval(secs => $1),
                  blocked_until = blocked_until - make_interval(secs => $1)`,
                [jumpMs / 1_000],
              )
            }
            return await next(input)
          },
        },
      }),
    ],
  }
}

async function terminate(handle: WorkflowHandle): Promise<void> {
  await handle.terminate('the test has ended').catch(() => {
    // It was never started, or has ended by itself.
  })
}

Runtime.install({ logger: new DefaultLogger('ERROR') })

const bundles: Record<'plain' | 'encoding', ReturnType<typeof workflowBundleOfWorker> | null> = {
  plain: null,
  encoding: null,
}

/** Bundled once a process: it takes seconds. */
export function workflowBundle(encodeFailures = false): ReturnType<typeof workflowBundleOfWorker> {
  const kind = encodeFailures ? 'encoding' : 'plain'
  bundles[kind] ??= workflowBundleOfWorker({ prebuilt: null, encodeFailures })
  return bundles[kind]
}

function newKeyring(): Keyring {
  const key = parseEncryptionKey(randomBytes(32).toString('base64'))
  if (key === null) throw new Error('32 bytes are a key')
  return { current: key, others: [] }
}

/** Syncs that end, in their order, for each account. */
async function listen(url: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const ended = new Map<string, EndedSync[]>()
  const told = new EventTarget()
  client.on('notification', ({ payload }) => {
    const sync = JSON.parse(payload ?? '{}') as EndedSync
    ended.set(sync.account, [...(ended.get(sync.account) ?? []), sync])
    told.dispatchEvent(new Event('ended'))
  })
  await client.query('listen gem_ats_sync')
  return {
    async next(account: string): Promise<EndedSync> {
      for (;;) {
        const sync = ended.get(account)?.shift()
        if (sync !== undefined) return sync
        await once(told, 'ended')
      }
    },
    close: () => client.end(),
  }
}
