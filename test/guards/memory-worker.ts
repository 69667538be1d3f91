/**
 * Syncs an account by the product's own activities, and prints the memory that is in use after garbage collection,
 * every few pages. A process of its own, so that nothing else is measured:
 *
 *     node --expose-gc test/guards/memory-worker.ts '{"databaseUrl": …, "gemUrl": …, "apiKey": …}'
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { insertAccount } from '../../src/accounts/account-store.ts'
import { applyAssignments } from '../../src/accounts/assignments.ts'
import { parseEncryptionKey } from '../../src/accounts/encryption.ts'
import { createActivities } from '../../src/activities/index.ts'
import { connect } from '../../src/database/connect.ts'
import { createGemDispatcher } from '../../src/gem/dispatcher.ts'
import { type StreamName, streamsOf } from '../../src/streams.ts'
import { readHere } from '../support/read-page.ts'

export interface MemoryTask {
  readonly databaseUrl: string
  readonly gemUrl: string
  readonly apiKey: string
}

export interface MemoryReport {
  /** Of the lists that were read; embedded ones are not counted. */
  readonly records: number
  /** Bytes in use at each mark: on the heap, and in buffers beside it. */
  readonly marks: readonly number[]
}

const pagesPerMark = 3

/** The candidates, whose pages are the largest, and the lists before them. */
const lists = streamsOf(['jobs', 'candidates']).filter((stream) => stream !== 'applications')
const account = 'acme'

const { databaseUrl, gemUrl, apiKey } = JSON.parse(process.argv[2] ?? '{}') as MemoryTask
const marks: number[] = []
let pages = 0

/** The product logs a line a page. */
const log = pino({ level: 'debug' }, { write: (line) => line.includes('page committed') && mark() })

function mark(): void {
  if (++pages % pagesPerMark !== 0) return
  if (globalThis.gc === undefined) throw new Error('needs --expose-gc')
  globalThis.gc()
  const { heapUsed, external } = process.memoryUsage()
  marks.push(heapUsed + external)
}

const current = parseEncryptionKey(randomBytes(32).toString('base64'))
if (current === null) throw new Error('32 bytes are a key')
const keyring = { current, others: [] }
const db = connect(databaseUrl, { max: 4 })
const dispatcher = createGemDispatcher({ allowPrivateAddresses: true, connections: 4 })
const activities = createActivities({
  ...{ db, keyring, log, hasSearchAttributes: false, readPage: readHere },
  dispatcherFor: () => dispatcher,
})

async function syncAll(): Promise<number> {
  const runId = randomUUID()
  await run(activities.beginRun, { id: runId, account, mode: 'full', trigger: 'start', models: [] })
  let records = 0
  for (const stream of lists) records += await syncStream(runId, stream)
  return records
}

async function syncStream(runId: string, stream: StreamName): Promise<number> {
  const input = {
    account,
    runId,
    mode: 'full',
    stream,
    inFlight: 4,
    goesOn: true,
    retriesFrom: 'first call',
    throttledBefore: 0,
    startedAt: new Date().toISOString(),
  } as const
  for (let slice = 1; ; slice++) {
    const end = await run(activities.syncSlice, {
      ...input,
      slice,
      since: null,
      fromWatermark: false,
      confirmDeletions: false,
    })
    if (end.kind === 'done') return end.counts.fetched
    if (end.kind !== 'more') throw new Error(`the slice of ${stream} has ended: ${end.kind}`)
  }
}

function run<Input, Result>(activity: (input: Input) => Promise<Result>, input: Input): Promise<Result> {
  return new MockActivityEnvironment().run(activity, input)
}

await insertAccount(db, keyring, {
  ...{ account, baseUrl: gemUrl, allowInsecureBaseUrl: true, apiKey, applicationSecret: null },
  settings: applyAssignments({}, ['rate.requestsPerSecond=20', 'rate.burst=500']),
})
const records = await syncAll()
console.log(JSON.stringify({ records, marks } satisfies MemoryReport))
await dispatcher.close()
await db.destroy()
