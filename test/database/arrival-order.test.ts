import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { type StreamName, streamNames } from '../../src/streams.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { noSettings } from '../support/direct-sync.ts'
import { openMirror } from '../support/mirror.ts'
import { differences } from '../support/oracle/differences.ts'
import { ANY_TIME, type ExpectedTables, expectedTables, type Source } from '../support/oracle/index.ts'
import { readTables } from '../support/oracle/read-tables.ts'
import { mainTables } from '../support/oracle/types.ts'
import { strangeAccount } from '../support/strange-account/index.ts'
import { random } from '../support/strange-account/random.ts'

const { db, owner } = await databaseOfFile()

interface Page {
  readonly stream: StreamName
  readonly records: readonly unknown[]
}

/** In the order of a sync. */
function pagesOf(source: Source, perPage: number): Page[] {
  return streamNames.flatMap((stream) =>
    Array.from({ length: Math.ceil(source[stream].length / perPage) }, (_, index) => ({
      stream,
      records: source[stream].slice(index * perPage, (index + 1) * perPage),
    })),
  )
}

/** Another order of these pages: each number chooses among the lists that may go on. */
function shuffle(pages: readonly Page[], choices: readonly number[]): Page[] {
  const queues = new Map(streamNames.map((name) => [name, pages.filter(({ stream }) => stream === name)]))
  const shuffled: Page[] = []
  for (const choice of choices) {
    const candidatesLeft = queues.get('candidates')?.length ?? 0
    // Which of two copies of an application is later is part of the contract.
    const mayGoOn = [...queues.values()].filter(
      ([page]) => page !== undefined && (page.stream !== 'applications' || candidatesLeft === 0),
    )
    const next = mayGoOn[choice % mayGoOn.length]?.shift()
    if (next !== undefined) shuffled.push(next)
  }
  return shuffled
}

const account = 'acme'

/** What pages make of an empty database; the one with this number is committed twice. */
async function commitAll(pages: readonly Page[], twice: (index: number) => boolean): Promise<ExpectedTables> {
  await empty()
  const mirror = await openMirror(db, account)
  for (const [index, { stream, records }] of pages.entries()) {
    await mirror.commit(stream, ...records)
    if (!twice(index)) continue
    const first = await mirror.versions()
    const outcome = await mirror.commit(stream, ...records)
    assert.deepEqual(changesSince(first, await mirror.versions()), [], `page ${index}, of ${stream}, again`)
    assert.deepEqual([outcome.inserted, outcome.updated], [0, 0])
  }
  return await readTables(owner, account)
}

function changesSince(before: Map<string, string>, now: Map<string, string>): string[] {
  return [...now].flatMap(([row, version]) => (before.get(row) === version ? [] : [row]))
}

async function empty(): Promise<void> {
  const { rows } = await owner.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c
    where relkind = 'r' and relnamespace in ('ats'::regnamespace, 'sync'::regnamespace) and relname !~ '^kysely'`,
  )
  await owner.query(`truncate ${rows.map(({ name }) => name).join(', ')}`)
}

/** A record whose deletion cannot be dated carries the time at which it was noticed, which differs each time. */
function withoutNoticedTimes(tables: ExpectedTables, expected: ExpectedTables): ExpectedTables {
  for (const table of mainTables)
    for (const [key, row] of expected[table])
      if (row.remote_deleted_at === ANY_TIME)
        Object.assign(tables[table].get(key) ?? {}, { remote_deleted_at: ANY_TIME })
  return tables
}

async function endsAlike(source: Source, perPage: number, numRuns: number): Promise<void> {
  const pages = pagesOf(source, perPage)
  const expected = expectedTables(source, { account, settings: { ...noSettings, integrationFields: [] } })
  const inOrder = withoutNoticedTimes(await commitAll(pages, () => false), expected)
  assert.deepEqual(differences(expected, inOrder), [])
  const choices = fc.array(fc.nat(), { minLength: pages.length, maxLength: pages.length })
  await fc.assert(
    fc.asyncProperty(choices, fc.nat({ max: pages.length - 1 }), async (order, again) => {
      const tables = await commitAll(shuffle(pages, order), (index) => index === again)
      assert.deepEqual(differences(inOrder, withoutNoticedTimes(tables, expected)), [])
    }),
    // Shrinking would take minutes; the pages and their order are in the report.
    { numRuns, endOnFailure: true },
  )
}

/** A small account that has lived for a while: things were deleted, vanished, moved and merged. */
async function livedIn(seed: number, changes: number): Promise<Source> {
  const gem = await startSimulatedGem({ seed, candidates: 40, rate: null })
  try {
    gem.setSwitches({ attachmentUrls: 'stable' })
    const numbers = random(seed)
    for (let count = 0; count < changes; count++) gem.world.randomChange(() => numbers.below(1e9) / 1e9)
    return Object.fromEntries(streamNames.map((name) => [name, [...gem.world.objects(name)]])) as Source
  } finally {
    await gem.close()
  }
}

/** Without the ids that a list has twice: what an earlier copy of a job had as team rightly leaves marked rows. */
function eachOnce(source: Source): Source {
  const idOf = (record: unknown) => (record as { id?: unknown } | null)?.id
  return Object.fromEntries(
    streamNames.map((stream) => {
      const counts = Map.groupBy(source[stream], idOf)
      return [stream, source[stream].filter((record) => counts.get(idOf(record))?.length === 1)]
    }),
  ) as Source
}

describe('pages that arrive in any order', () => {
  test('end in the same rows: an account that has lived for a while', async () => {
    await endsAlike(await livedIn(3, 150), 9, 8)
  })

  test('end in the same rows: a strange account', async () => {
    await endsAlike(eachOnce(strangeAccount(4)), 60, 4)
  })
})

describe('pages that arrive twice', () => {
  test('change nothing the second time: an account that has lived for a while', async () => {
    const pages = pagesOf(await livedIn(5, 150), 15)
    await commitAll(pages, () => true)
    await commitAll(pages.toReversed(), () => true)
  })

  test('change nothing the second time: a strange account', async () => {
    await commitAll(pagesOf(strangeAccount(6), 70), () => true)
  })
})
