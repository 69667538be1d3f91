import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { AccountLimiter } from '../../src/activities/account-limiter.ts'
import type { Pause } from '../../src/activities/call-retries.ts'
import type { Meter } from '../../src/activities/meter.ts'
import { outcomeOf } from '../../src/activities/run-outcome.ts'
import type { SyncSettings } from '../../src/activities/sync-settings.ts'
import { type ConnectOptions, connect, type Db } from '../../src/database/connect.ts'
import type { RunMode } from '../../src/database/database-types.ts'
import { beginRun, finishRun } from '../../src/database/runs.ts'
import {
  type SimulatedGem,
  type SimulatedGemOptions,
  startSimulatedGem,
} from '../../src/embedded/simulated-gem/index.ts'
import { createGemClient, type GemClientOptions } from '../../src/gem/client.ts'
import { createGemDispatcher } from '../../src/gem/dispatcher.ts'
import { computePhases, type MainTable, mainTables, type StreamName, streamsOf } from '../../src/streams.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { insertBareAccount } from '../support/direct-sync.ts'
import { type EndedStream, readStream } from './read-stream.ts'

/** A run of one account's streams on the real data path, without Temporal: waits and tries again at once. */
export interface SyncOptions {
  readonly mode?: RunMode
  readonly models?: readonly MainTable[]
  /** These lists and no others, instead of all that the models need. */
  readonly streams?: readonly StreamName[]
  /** Another way to Gem, or less patience with it. */
  readonly client?: Partial<GemClientOptions>
  readonly since?: string | null
  /** Whose deletions a person has confirmed. */
  readonly confirmDeletions?: readonly MainTable[]
  /** Attempts in a row after which a stream fails, as the worker's do. */
  readonly attempts?: number
  readonly inFlight?: number
  /** Whether the worker is at no other slice, as by default. */
  readonly isOnlySlice?: boolean
  readonly meter?: Meter
  /** How it waits before a failed call is made again; not at all, by default. */
  readonly pause?: Pause
}

export interface EndedRun {
  readonly runId: string
  readonly state: string
  readonly error: string | null
  readonly streams: readonly EndedStream[]
  /** When it ran, by the clock of this machine, which PostgreSQL shares. */
  readonly during: { readonly from: Date; readonly to: Date }
  /** Gem's clock when the run began, by its `Date` header. */
  readonly gemStart: Date
}

export interface Mirror {
  readonly account: string
  readonly gem: SimulatedGem
  readonly db: Db
  readonly pool: pg.Pool
  /** May be replaced: the next sync works by them. */
  settings: SyncSettings
  /** Gem's clock and the worker's: it moves only when a test says so. */
  readonly clock: { now: Date; forward(minutes: number): void }
  sync(options?: SyncOptions): Promise<EndedRun>
}

export type MirrorOptions = SimulatedGemOptions & { settings?: Partial<SyncSettings> }

export interface MirrorDatabase extends AsyncDisposable {
  readonly pool: pg.Pool
  /** An account of its own, on a simulated Gem of its own. */
  mirror(options?: MirrorOptions): Promise<Mirror>
  /** The same, in step with its Gem since an hour ago. */
  synced(options?: MirrorOptions): Promise<Mirror>
}

const freely: SyncSettings = {
  jobBoard: null,
  integrationFields: [],
  maxPerPage: 500,
  mostRows: 10_000_000,
  overlapMs: 10 * 60_000,
  deletions: { maxShare: 0.3, minRows: 20 },
  rate: { perSecond: 1e6, burst: 1e6 },
}

export interface MirrorsOptions extends Pick<ConnectOptions, 'onStatement'> {
  /** By default a fresh one, dropped with the mirrors. */
  readonly database?: TestDatabase
}

/** One database for any number of accounts. */
export async function openMirrors({
  database: given,
  ...options
}: MirrorsOptions = {}): Promise<MirrorDatabase> {
  await using opening = new AsyncDisposableStack()
  const database = given ?? opening.use(await createTestDatabase())
  const db = opening.adopt(connect(database.workerUrl, { max: 4, ...options }), (open) => open.destroy())
  const pool = opening.adopt(new pg.Pool({ connectionString: database.ownerUrl, max: 2 }), (open) =>
    open.end(),
  )
  // It is closed before the last of its connections is, which may be told that the server ends.
  pool.on('error', () => {})
  const dispatcher = opening.adopt(
    createGemDispatcher({ allowPrivateAddresses: true, connections: 8 }),
    (open) => open.close(),
  )
  const open = opening.move()
  const mirrors: MirrorDatabase = {
    pool,
    async mirror({ settings, ...gemOptions } = {}) {
      const clock = createClock()
      const gem = await startSimulatedGem({ rate: null, now: () => clock.now, ...gemOptions })
      open.defer(() => gem.close())
      gem.setSwitches({ attachmentUrls: 'stable', ...gemOptions.switches })
      const account = `acme-${randomUUID()}`
      await insertBareAccount(db, account)
      const connection = {
        baseUrl: gem.url,
        apiKey: gem.apiKey,
        allowInsecureBaseUrl: true,
        dispatcher,
        now: () => clock.now,
      }
      const mirror: Mirror = {
        ...{ account, gem, db, pool, clock, settings: { ...freely, ...settings } },
        sync(options = {}) {
          const limiter = new AccountLimiter(db, account, mirror.settings.rate, 0)
          const client = createGemClient({ ...connection, limiter, ...options.client })
          return sync({ ...mirror, client, limiter }, options)
        },
      }
      return mirror
    },
    async synced(options) {
      const mirror = await mirrors.mirror(options)
      const { state, error } = await mirror.sync()
      if (state !== 'SUCCEEDED') throw new Error(`the first sync has ended ${state}: ${error}`)
      mirror.clock.forward(60)
      return mirror
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
  return mirrors
}

function createClock(): Mirror['clock'] {
  return {
    now: new Date('2026-11-23T10:00:00.500Z'),
    forward(minutes) {
      this.now = new Date(this.now.getTime() + minutes * 60_000)
    },
  }
}

export type Syncing = Omit<Mirror, 'sync'> & {
  client: ReturnType<typeof createGemClient>
  limiter: AccountLimiter
}

async function sync(mirror: Syncing, options: SyncOptions): Promise<EndedRun> {
  const { db, account, clock } = mirror
  const { mode = 'full', models: wanted = mainTables, streams: names = streamsInOrder(wanted) } = options
  const runId = randomUUID()
  const from = new Date()
  const gemStart = new Date(Math.floor(clock.now.getTime() / 1000) * 1000)
  await beginRun(db, { id: runId, account, mode, trigger: 'signal', models: wanted })
  const streams: EndedStream[] = []
  for (const stream of names) {
    streams.push(await readStream(mirror, stream, runId, { ...options, mode }))
  }
  const outcome = outcomeOf({ account, runId, streams, stoppedBy: null })
  await finishRun(db, { account, runId, streams }, outcome)
  return { runId, ...outcome, streams, during: { from, to: new Date() }, gemStart }
}

/** One after the other, so that a seed always tells the same story. */
const streamsInOrder = (wanted: readonly MainTable[]): StreamName[] => computePhases(streamsOf(wanted)).flat()
