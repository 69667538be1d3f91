/**
 * Many accounts on one worker, under their default limiters: `npm run bench:accounts`. Three parts, each on a fresh
 * database; `--parts` chooses:
 *
 * - `mixed`: accounts of 50 to 20,000 candidates, started at once.
 * - `fair`: small accounts alone, then beside one of 100,000 candidates.
 * - `idle`: what one account costs a day when nothing changes, from one idle full sync and one idle delta.
 *
 *     npm run bench:accounts -- --accounts 200 --huge 100000 --out accounts.json
 */
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import type { Status } from '../src/workflows/messages.ts'
import { makeBed, type Source, startSource } from './bed.ts'
import { type Fleet, gatherFleet, type Member } from './fleet.ts'
import { historyOf } from './loaders/product.ts'
import type { SourceAccount } from './source.ts'

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '200' },
    huge: { type: 'string', default: '100000' },
    parts: { type: 'string', default: 'mixed,fair,idle' },
    out: { type: 'string' },
  },
})
const count = Number(values.accounts)
const parts = values.parts.split(',')

/** Most accounts are small: of each size half as many as of the one before. */
const mixedSizes = [50, 150, 500, 1_500, 5_000, 20_000]
const smallSizes = [50, 150, 500]
const warmingSize = 5_000
const idleSize = 1_000
/** By the default schedule: in ten hours one full sync and three deltas. */
const perDay = { full: 2.4, delta: 7.2 }

await using bed = await makeBed()
const results: Record<string, Record<string, number>> = {}
if (parts.includes('mixed')) results.mixed = await withSource(mixedSizes, measureMixed)
if (parts.includes('fair')) {
  results.alone = await withSource([...smallSizes, warmingSize], (source) => measureFair(source, null))
  const huge = Number(values.huge)
  results.besideHuge = await withSource([...smallSizes, huge], (source) => measureFair(source, huge))
}
if (parts.includes('idle')) results.idle = await withSource([idleSize], measureIdle)
print(results)
if (values.out) writeFileSync(values.out, `${JSON.stringify(results, null, 2)}\n`)

async function withSource<T>(sizes: readonly number[], work: (source: Source) => Promise<T>): Promise<T> {
  await using source = await startSource(...sizes)
  return await work(source)
}

/** Members of these sizes, the smallest first. */
function membersOf(source: Source, sizes: readonly number[], total: number): Member[] {
  const weights = sizes.map((_, index) => 0.5 ** (index + 1))
  const all = weights.reduce((sum, weight) => sum + weight, 0)
  return sizes.flatMap((size, index) =>
    Array.from({ length: Math.max(1, Math.round((total * (weights[index] ?? 0)) / all)) }, (_, n) => ({
      name: `size-${size}-${n}`,
      gem: accountOf(source, size),
    })),
  )
}

function accountOf(source: Source, candidates: number): SourceAccount {
  const account = source.accounts.find((one) => one.candidates === candidates)
  if (account === undefined) throw new Error(`the source has no account of ${candidates} candidates`)
  return account
}

async function measureMixed(source: Source): Promise<Record<string, number>> {
  const members = membersOf(source, mixedSizes, count)
  await using fleet = await gatherFleet(bed, source, members)
  const objects = members.reduce((sum, { gem }) => sum + gem.objects, 0)
  const cost = await fleet.cost(() => fleet.firstSyncs(members))
  return {
    accounts: members.length,
    objects,
    objectsPerSecond: objects / cost.seconds,
    ...costOf(cost),
  }
}

/** @param huge candidates of the account that is at work beside the small ones; null: none */
async function measureFair(source: Source, huge: number | null): Promise<Record<string, number>> {
  const small = membersOf(source, smallSizes, count - 1)
  const gem = accountOf(source, huge ?? warmingSize)
  const beside: Member[] = [{ name: huge === null ? 'warming' : 'huge', gem }]
  await using fleet = await gatherFleet(bed, source, [...beside, ...small])
  if (huge === null) {
    // A worker that has just started is slower, and the other case's is warm.
    await fleet.firstSyncs(beside)
  } else {
    await fleet.product.startAccount('huge')
    await untilCandidates(fleet)
  }
  let seconds: number[] = []
  const cost = await fleet.cost(async () => {
    seconds = await fleet.firstSyncs(small)
  })
  const hugeIsAtWork = huge === null ? 0 : Number((await hugeStatus(fleet)).lastSync === null)
  return { accounts: small.length, ...spreadOf(seconds), ...costOf(cost), hugeIsAtWork }
}

function hugeStatus(fleet: Fleet) {
  return fleet.product.handleOf('huge').query<Status>('status')
}

/** The huge account is at its candidates, whose pages are the largest. */
async function untilCandidates(fleet: Fleet): Promise<void> {
  const isThere = async () =>
    (await hugeStatus(fleet)).streams.some(({ stream, pages }) => stream === 'candidates' && pages > 0)
  while (!(await isThere())) await delay(200)
}

function spreadOf(seconds: readonly number[]): Record<string, number> {
  const sorted = seconds.toSorted((one, other) => one - other)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
  return { median: at(0.5), ninth: at(0.9), last: at(1) }
}

async function measureIdle(source: Source): Promise<Record<string, number>> {
  const [member] = membersOf(source, [idleSize], 1)
  if (member === undefined) throw new Error('no account')
  await using fleet = await gatherFleet(bed, source, [member])
  await fleet.firstSyncs([member])
  const full = await measureResync(fleet, member, 'full')
  const delta = await measureResync(fleet, member, 'delta')
  const aDay = (of: keyof typeof full) => perDay.full * full[of] + perDay.delta * delta[of]
  const named = (prefix: string, figures: typeof full) =>
    Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix} ${name}`, value]))
  const day = { ...full }
  for (const name of Object.keys(full) as (keyof typeof full)[]) day[name] = aDay(name)
  return { ...named('full', full), ...named('delta', delta), ...named('a day', day) }
}

async function measureResync(fleet: Fleet, { name }: Member, mode: 'full' | 'delta') {
  const handle = fleet.product.handleOf(name)
  const before = await historyOf(handle)
  const cost = await fleet.cost(async () => {
    await handle.signal('resync', { mode })
    const state = await fleet.product.nextSync(name)
    if (state !== 'SUCCEEDED') throw new Error(`the ${mode} sync has ended ${state}`)
  })
  const after = await historyOf(handle)
  return {
    requests: cost.requests,
    events: after.events - before.events,
    activities: after.activities - before.activities,
    historyBytes: after.bytes - before.bytes,
    workerCpu: cost.loaderCpu,
    postgresCpu: cost.postgresCpu,
    walBytes: cost.walBytes,
  }
}

function costOf(cost: Awaited<ReturnType<Fleet['cost']>>): Record<string, number> {
  const { seconds, loaderCpu: workerCpu, postgresCpu, peakMiB, mostConnections, requests } = cost
  return { seconds, requests, workerCpu, postgresCpu, peakMiB, mostConnections }
}

function print(all: Record<string, Record<string, number>>): void {
  for (const [part, figures] of Object.entries(all)) {
    const table = new Table({ head: [part, ''], style: { head: [], border: [] } })
    for (const [name, value] of Object.entries(figures)) table.push([name, String(Number(value.toFixed(2)))])
    console.log(table.toString())
  }
  const { alone, besideHuge } = all
  if (alone === undefined || besideHuge === undefined) return
  for (const figure of ['median', 'ninth', 'last']) {
    const times = (besideHuge[figure] ?? Number.NaN) / (alone[figure] ?? Number.NaN)
    console.log(`small accounts beside the huge one, ${figure}: ${times.toFixed(2)} × of the time alone`)
  }
}
