import type { MappingOf } from '../../src/activities/map-page.ts'
import { PageThreads } from '../../src/activities/page-threads.ts'
import type { ReadPage as MappedPage } from '../../src/activities/read-page.ts'
import { aheadLists } from '../../src/database/commit-ahead.ts'
import { connect, type Db } from '../../src/database/connect.ts'
import { writeRows } from '../../src/database/write-page.ts'
import { type Write, writeRecords } from '../../src/database/write-records.ts'
import { mappingRules } from '../../src/mappers/record-digest.ts'
import { type StreamName, streamNames } from '../../src/streams.ts'
import { inParallel } from './in-parallel.ts'
import type { ReadPage } from './load.ts'
import { listUrl, perPage } from './raw-tables.ts'

/**
 * What the tables of the model cost by themselves, with their keys, references and indexes: the pages of a list in parallel,
 * each mapped and inserted by the product's own code. Whatever makes a mirror of it is left out: the pages' order, cursors,
 * runs, digests, ids that were seen, the limiter, the workflow. With these statements the product can be no faster.
 */
export async function loadMapped(parts: {
  readPage: ReadPage
  databaseUrl: string
  inFlight: number
}): Promise<void> {
  const { readPage, databaseUrl, inFlight } = parts
  const db = connect(databaseUrl, { max: inFlight })
  await using threads = new PageThreads()
  const read = async (stream: StreamName, page: number) => {
    const { body, total } = await readPage(listUrl(stream, page))
    const mapped = await threads.read({ body, stream, mapping: mappingOf(stream) })
    if ('problem' in mapped) throw new Error(`page ${page} of ${stream}: ${mapped.problem}`)
    return { mapped, total }
  }
  for (const stream of streamNames) {
    const { mapped, total } = await read(stream, 1)
    await insert(db, stream, mapped)
    const others = Array.from(
      { length: Math.max(0, Math.ceil(total / perPage) - 1) },
      (_, index) => index + 2,
    )
    await inParallel(isIndependent(stream) ? inFlight : 1, others, async (page) => {
      await insert(db, stream, (await read(stream, page)).mapped)
    })
  }
}

/** All of them have come along with their candidates: their own list is only read. */
const onlyRead = 'applications'

/** Others follow from pages of small lists. */
const isIndependent = (stream: StreamName) => stream === onlyRead || aheadLists.has(stream)

const account = 'mapped'

const settings = { jobBoard: null, integrationFields: [] }

const mappingOf = (stream: StreamName): MappingOf => ({
  ...{ account, settings, rules: mappingRules(settings) },
  lazily: stream === onlyRead,
})

async function insert(db: Db, stream: StreamName, { mapped, release }: MappedPage): Promise<void> {
  if (stream !== onlyRead) {
    await db.transaction().execute(async (trx) => {
      const context = { account, now: new Date().toISOString(), waiting: false }
      const nothingKept = { blankDeletedBefore: null, rejecting: new Set<StreamName>() }
      const asks = isIndependent(stream) ? 'nothing' : 'stored'
      await writeRecords({ trx, context, runId: '', ...nothingKept, asks, write: withoutDigests }, mapped)
    })
  }
  release()
}

const withoutDigests: Write = async (trx, context, { model, rows }, embedded, known) => ({
  ...(await writeRows(trx, context, model, rows, embedded, known)),
  refused: [],
})
