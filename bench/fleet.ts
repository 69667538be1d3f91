/** Many accounts on one worker: each one's first sync timed, and what the worker holds meanwhile. */
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { Bed, Source } from './bed.ts'
import { RunningProduct } from './loaders/product.ts'
import { type Cost, measure } from './measure.ts'
import type { SourceAccount } from './source.ts'

/** An account to add; its settings are the product's defaults. */
export interface Member {
  readonly name: string
  readonly gem: SourceAccount
}

export interface Fleet extends AsyncDisposable {
  readonly product: RunningProduct
  /** Starts accounts side by side, and waits for the end of each one's first sync. @returns seconds, in their order */
  firstSyncs(members: readonly Member[]): Promise<number[]>
  /** What the given work costs the worker and PostgreSQL, and the most connections that the worker holds meanwhile. */
  cost(work: () => Promise<unknown>): Promise<FleetCost>
}

export interface FleetCost extends Cost {
  readonly mostConnections: number
  readonly requests: number
}

/** A worker on a fresh database, to which all members have been added. */
export async function gatherFleet(bed: Bed, source: Source, members: readonly Member[]): Promise<Fleet> {
  await using parts = new AsyncDisposableStack()
  const database = parts.use(await bed.createDatabase())
  const product = parts.use(
    await RunningProduct.start({ ...bed, databaseUrl: database.workerUrl, ownerUrl: database.ownerUrl }),
  )
  for (const { name, gem } of members) await product.addAccount(name, gem, [])
  const running = parts.move()
  return {
    product,
    firstSyncs: (those) => Promise.all(those.map(({ name }) => firstSync(product, name))),
    async cost(work) {
      await source.set({ latencyMs: 0, rate: null })
      await using connections = await countConnections(database.ownerUrl)
      const pids = { loader: product.pid, postgres: bed.postgres.pid, databaseUrl: database.ownerUrl }
      const cost = await measure(pids, work)
      return { ...cost, mostConnections: connections.most(), requests: (await source.counts()).requests }
    },
    async [Symbol.asyncDispose]() {
      for (const { name } of members) await endWorkflow(product, name)
      await running.disposeAsync()
    },
  }
}

async function firstSync(product: RunningProduct, name: string): Promise<number> {
  const begin = performance.now()
  await product.startAccount(name)
  const state = await product.nextSync(name)
  if (state !== 'SUCCEEDED') throw new Error(`the first sync of ${name} has ended ${state}`)
  return (performance.now() - begin) / 1000
}

/** Members that were never started have no workflow. */
async function endWorkflow(product: RunningProduct, name: string): Promise<void> {
  await product
    .handleOf(name)
    .terminate('measured')
    .catch(() => {})
}

/** Looks five times a second, over a connection of its own. */
async function countConnections(databaseUrl: string): Promise<AsyncDisposable & { most(): number }> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'bench' })
  await client.connect()
  const ending = new AbortController()
  let most = 0
  const counting = (async () => {
    while (!ending.signal.aborted) {
      const { rows } = await client.query<{ count: number }>(
        `select count(*)::int as count from pg_stat_activity
         where datname = current_database() and application_name = 'gem-ats-sync'`,
      )
      most = Math.max(most, rows[0]?.count ?? 0)
      await delay(200)
    }
  })()
  return {
    most: () => most,
    async [Symbol.asyncDispose]() {
      ending.abort()
      await counting
      await client.end()
    },
  }
}
