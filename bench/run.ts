/**
 * How fast, at what cost: `npm run bench`. One generated account is loaded through the whole product (Temporal, worker,
 * PostgreSQL, all tables) and, on the same machine in turns with it, by a floor and by a naive loop that only keep
 * raw objects, and by one that only fills the tables. Machines differ and are noisy: compare the ratios of one run.
 *
 *     npm run bench -- --candidates 10000,100000 --latency 0,100 --runs 3 --out results.json
 *     npm run bench -- --peer dlt
 */
import { writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { type Bed, makeBed, type Source, startSource } from './bed.ts'
import { startChild } from './child.ts'
import { startDlt } from './loaders/dlt.ts'
import { historyOf, RunningProduct } from './loaders/product.ts'
import { type Cost, measure } from './measure.ts'
import { printTable, summarise } from './report.ts'
import type { SourceAccount } from './source.ts'

/** One measured load. */
export interface Sample extends Cost {
  readonly candidates: number
  readonly latencyMs: number
  /**
   * `product`, `product again` (a full sync that finds nothing changed), `product delta`, `product limited` (by Gem's
   * own rate), `floor`, `mapped`, `naive` …
   */
  readonly loader: string
  readonly objects: number
  readonly requests: number
  readonly mostInFlight: number
  /** Of the workflow so far; only the product has one. */
  readonly events?: number
  readonly activities?: number
}

const { values } = parseArgs({
  options: {
    candidates: { type: 'string', default: '10000,100000' },
    latency: { type: 'string', default: '0,100' },
    runs: { type: 'string', default: '3' },
    loaders: { type: 'string', default: 'product,limited,floor,mapped,naive' },
    peer: { type: 'string', multiple: true, default: [] },
    out: { type: 'string' },
  },
})
const numbers = (text: string) => text.split(',').map(Number)
const wanted = [...values.loaders.split(','), ...values.peer]
/** Loaders that are measured as often as the product. */
const others = ['floor', 'mapped', 'dlt']
const wideOpen = ['rate.requestsPerSecond=1000', 'rate.burst=10000', 'rate.maxInFlight=4']
/** What Gem grants a key: the account's limiter and the source's bucket alike. */
const granted = { perSecond: 20, burst: 20 }

const samples: Sample[] = []
await using bed = await makeBed()
for (const candidates of numbers(values.candidates)) {
  await using source = await startSource(candidates)
  const [account] = source.accounts
  if (account === undefined) throw new Error('the source has no account')
  for (const latencyMs of numbers(values.latency)) {
    for (let run = 1; run <= Number(values.runs); run++) {
      if (wanted.includes('product')) await loadProduct({ bed, source, account, latencyMs })
      if (wanted.includes('limited') && run === 1) await loadLimited({ bed, source, account, latencyMs })
      for (const other of others) {
        if (wanted.includes(other)) await loadOtherwise({ bed, source, account, latencyMs }, other)
      }
      if (wanted.includes('naive') && run === 1) {
        await loadOtherwise({ bed, source, account, latencyMs }, 'naive')
      }
    }
  }
}
const summary = summarise(samples)
printTable(summary)
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  node: process.version,
}
if (values.out) writeFileSync(values.out, `${JSON.stringify({ machine, summary, samples }, null, 2)}\n`)

interface Case {
  readonly bed: Bed
  readonly source: Source
  readonly account: SourceAccount
  readonly latencyMs: number
}

async function loadOtherwise({ bed, source, account, latencyMs }: Case, loader: string): Promise<void> {
  await using database = await bed.createDatabase()
  await using child =
    loader === 'dlt'
      ? startDlt(account, database.ownerUrl)
      : startChild('loaders/load.ts', [loader, account.url, account.apiKey, database.ownerUrl])
  await child.next()
  await source.set({ latencyMs, rate: null })
  const parts = { loader: child.pid, postgres: bed.postgres.pid, databaseUrl: database.ownerUrl }
  const cost = await measure(parts, async () => {
    child.tell('go')
    await child.next()
  })
  await take({ ...caseOf(account, latencyMs), loader, ...cost }, source)
}

/** A first sync within Gem's own limit, where its time can be no less than that of its requests. */
async function loadLimited(of: Case): Promise<void> {
  const assignments = [`rate.requestsPerSecond=${granted.perSecond}`, `rate.burst=${granted.burst}`]
  await inProduct(of, { assignments, rate: granted }, async ({ start, sync }) => {
    const sample = await sync('product limited', start)
    await take(sample, of.source)
    const { requests, throttled } = await of.source.counts()
    const least = requests / granted.perSecond
    console.error(
      `  ${(sample.seconds / least).toFixed(2)} × the ${least.toFixed(1)} s of its requests, ${throttled} refused`,
    )
  })
}

async function loadProduct(of: Case): Promise<void> {
  await inProduct(of, { assignments: wideOpen, rate: null }, async ({ start, handle, sync }) => {
    const first = await sync('product', start)
    await take({ ...first, ...(await historyOf(handle)) }, of.source)
    const again = await sync('product again', () => handle.signal('resync', { mode: 'full' }))
    await take(again, of.source)
    const delta = await sync('product delta', () => handle.signal('resync', { mode: 'delta' }))
    await take(delta, of.source)
  })
}

interface AccountInProduct {
  readonly start: () => Promise<unknown>
  readonly handle: ReturnType<RunningProduct['handleOf']>
  /** Measures the sync that something asks for. */
  readonly sync: (loader: string, ask: () => Promise<unknown>) => Promise<Omit<Sample, keyof Counted>>
}

/** Does something with the case's account in a product that has no other. */
async function inProduct(
  { bed, source, account, latencyMs }: Case,
  { assignments, rate }: { readonly assignments: readonly string[]; readonly rate: typeof granted | null },
  work: (account: AccountInProduct) => Promise<void>,
): Promise<void> {
  await using database = await bed.createDatabase()
  const { workerUrl: databaseUrl, ownerUrl } = database
  await using product = await RunningProduct.start({ ...bed, databaseUrl, ownerUrl })
  const name = `bench-${Date.now()}`
  await product.addAccount(name, account, assignments)
  const parts = { loader: product.pid, postgres: bed.postgres.pid, databaseUrl: ownerUrl }
  const handle = product.handleOf(name)
  await work({
    start: () => product.startAccount(name),
    handle,
    async sync(loader, ask) {
      await source.set({ latencyMs, rate })
      const cost = await measure(parts, async () => {
        await ask()
        const state = await product.nextSync(name)
        if (state !== 'SUCCEEDED') throw new Error(`the sync has ended ${state}`)
      })
      return { ...caseOf(account, latencyMs), loader, ...cost }
    },
  })
  await handle.terminate('measured')
}

function caseOf({ candidates, objects }: SourceAccount, latencyMs: number) {
  return { candidates, objects, latencyMs }
}

/** What the source tells of a load. */
type Counted = Pick<Sample, 'requests' | 'mostInFlight'>

async function take(sample: Omit<Sample, keyof Counted>, source: Source): Promise<void> {
  const { requests, mostInFlight } = await source.counts()
  const taken: Sample = { ...sample, requests, mostInFlight }
  samples.push(taken)
  const { loader, candidates, latencyMs, seconds, loaderCpu, postgresCpu } = taken
  console.error(
    `${loader}, ${candidates} candidates, ${latencyMs} ms: ${seconds.toFixed(1)} s, ` +
      `CPU ${loaderCpu.toFixed(1)} + ${postgresCpu.toFixed(1)} s, ${requests} requests`,
  )
}
