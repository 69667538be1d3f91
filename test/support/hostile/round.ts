import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { takeLease } from '../../../src/database/checkpoints.ts'
import { commitPage } from '../../../src/database/commit-page.ts'
import type { Db } from '../../../src/database/connect.ts'
import { beginRun, beginStream } from '../../../src/database/runs.ts'
import { parsePage } from '../../../src/gem/parse-body.ts'
import type { MappingSettings } from '../../../src/mappers/model.ts'
import { type StreamName, streamNames } from '../../../src/streams.ts'
import { firstCursor, insertBareAccount, mappingOf, nextClaim } from '../direct-sync.ts'
import { differences } from '../oracle/differences.ts'
import { type ExpectedTables, expectedTables } from '../oracle/index.ts'
import { readTables } from '../oracle/read-tables.ts'
import { tableNames } from '../oracle/types.ts'
import { mapText } from '../read-page.ts'
import { uniqueName } from '../temporal.ts'
import type { JsonText } from './fragments.ts'
import { problemsInRows, unaccounted } from './promises.ts'
import type { HostileRecord } from './records.ts'
import type { Lists } from './worlds.ts'

const settings = {
  jobBoard: 'acme',
  integrationFields: [
    { model: 'jobs' as const, key: 'team', label: 'Team', path: '$.hiring_team' },
    { model: 'candidates' as const, key: 'tag', label: 'Tag', path: '$.tags[0]' },
    { model: 'applications' as const, key: 'fields', label: 'Fields', path: '$.custom_fields' },
  ],
} satisfies MappingSettings

export interface Round {
  readonly db: Db
  /** As the owner, to look at what was written. */
  readonly reader: pg.Pool
  /** Valid records whose rows must come out as if they were alone. */
  readonly neighbours: Lists
  /** Valid records of which the hostile ones were made, and to which they refer. */
  readonly victims: Lists
}

/**
 * Sends one page of each list, hostile records among valid ones, from the body's text to the rows of an account of
 * its own, twice each.
 *
 * @returns what was promised and does not hold.
 */
export async function hostileRound(round: Round, hostile: readonly HostileRecord[]): Promise<string[]> {
  const { db, reader, neighbours, victims } = round
  const account = uniqueName('hostile')
  await insertBareAccount(db, account)
  const runId = randomUUID()
  await beginRun(db, { id: runId, account, mode: 'full', trigger: 'start', models: [] })
  const problems: string[] = []
  for (const stream of streamNames) {
    const own = hostile.filter((record) => record.stream === stream)
    const body = bodyOf([...neighbours[stream], ...victims[stream]], own)
    problems.push(...(await commitTwice(round, { account, runId, stream, body })))
  }
  problems.push(...(await problemsInRows(reader, account)))
  problems.push(...(await harmed(reader, account, neighbours)))
  return problems
}

interface Page {
  readonly account: string
  readonly runId: string
  readonly stream: StreamName
  readonly body: JsonText
}

async function commitTwice({ db, reader }: Round, { account, runId, stream, body }: Page): Promise<string[]> {
  const { leaseEpoch } = await takeLease(db, nextClaim(account, stream, runId), firstCursor)
  await beginStream(db, runId, stream)
  const commit = async (lazily: boolean) => {
    const mapped = mapText(body, { stream, mapping: mappingOf(account, settings, lazily) })
    const place = { account, runId, mode: 'full', stream, leaseEpoch, cursor: firstCursor } as const
    await commitPage(db, { ...place, ...mapped, looksUp: true, takeCalls: () => 1 })
    return await versions(reader, account)
  }
  try {
    const first = await commit(false)
    const again = rewritten(first, await commit(true))
    const lost = await unaccounted(reader, { account, stream, records: recordsOf(body) })
    return [...again.map((row) => `${stream}, written by the same page again: ${row}`), ...lost]
  } catch (error) {
    return [`${stream}: the page was stopped: ${error}`]
  }
}

/** Twins first, since the later of two copies counts; the others between the valid ones. */
function bodyOf(valid: readonly object[], hostile: readonly HostileRecord[]): JsonText {
  const twins = hostile.filter((record) => record.isTwin)
  const others = hostile.filter((record) => !record.isTwin)
  const texts = twins.map((record) => record.text)
  for (let n = 0; n < Math.max(valid.length, others.length); n++) {
    const [bad, good] = [others[n], valid[n]]
    if (bad !== undefined) texts.push(bad.text)
    if (good !== undefined) texts.push(JSON.stringify(good))
  }
  return `[${texts.join(',')}]`
}

/** As the client reads a body. */
function recordsOf(body: JsonText): unknown[] {
  const parsed = parsePage(Buffer.from(body))
  if ('problem' in parsed) throw new Error(parsed.problem)
  return parsed.value
}

/** Which write made each row of the ten tables, and when each rejected record was first seen. */
async function versions(reader: pg.Pool, account: string): Promise<Map<string, string>> {
  const rows = tableNames.map(
    (table) => `select '${table} ' || id, xmin::text from ats.${table} where account = $1`,
  )
  const rejects = `select concat_ws(' ', stream, remote_id, md5(raw::text)), first_seen_at::text
    from sync.rejected_records where account = $1 and resolved_at is null`
  const query = [...rows, rejects].join(' union all ')
  const found = await reader.query<[string, string]>({ text: query, values: [account], rowMode: 'array' })
  return new Map(found.rows)
}

function rewritten(first: Map<string, string>, second: Map<string, string>): string[] {
  const rows = [...new Set([...first.keys(), ...second.keys()])]
  return rows.filter((row) => first.get(row) !== second.get(row))
}

/** How the neighbours' rows differ from what an independent reading of the contract makes of them alone. */
async function harmed(reader: pg.Pool, account: string, neighbours: Lists): Promise<string[]> {
  const expected = expectedTables(copyOf(neighbours), { account, settings })
  const actual = await readTables(reader, account)
  const own = tableNames.map((table) => [
    table,
    new Map([...actual[table]].filter(([key]) => expected[table].has(key))),
  ])
  return differences(expected, { ...Object.fromEntries(own), rejected: [] } as ExpectedTables)
}

const copyOf = (lists: Lists) =>
  Object.fromEntries(streamNames.map((stream) => [stream, [...lists[stream]]])) as Record<
    StreamName,
    unknown[]
  >
