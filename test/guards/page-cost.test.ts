import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type RootOperationNode, sql } from 'kysely'
import { commitPage } from '../../src/database/commit-page.ts'
import { connect, type Db } from '../../src/database/connect.ts'
import { type StreamName, streamNames } from '../../src/streams.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { type Mirror, openMirror } from '../support/mirror.ts'
import { application, interview, job, post, stage, user } from '../support/records.ts'

const { database, db } = await databaseOfFile()

let statements = 0

/** A handle that counts; BEGIN and COMMIT, which each page has, are not among them. */
function counting(): Db {
  return db.withPlugin({
    transformQuery({ node }): RootOperationNode {
      statements++
      return node
    },
    transformResult: async ({ result }) => result,
  })
}

/** A page in which each record refers to all that its kind can refer to, so that nothing is spared. */
function page(stream: StreamName, rows: number, from = 0): unknown[] {
  return Array.from({ length: rows }, (_, n) => records[stream](from + n))
}

const records: Record<StreamName, (n: number) => unknown> = {
  users: (n) => user(`u${n}`),
  job_stages: (n) =>
    stage(`s${n}`, `j${n}`, {
      interviews: [{ id: `d${n}`, job_stage_interview_item_id: `item${n}` }],
    }),
  jobs: (n) =>
    job(`j${n}`, { hiring_team: { recruiters: [{ id: `u${n}` }], sourcers: [{ id: `u${n + 1}` }] } }),
  job_posts: (n) => post(`p${n}`, `j${n}`),
  candidates: (n) => ({ id: `c${n}`, applications: [records.applications(n)] }),
  applications: (n) =>
    application(`a${n}`, {
      ...{ candidate_id: `c${n}`, current_stage: { id: `s${n}` }, source: { public_name: 'Board' } },
      jobs: [{ id: `j${n + 1}` }, { id: `j${n}` }],
    }),
  scheduled_interviews: (n) =>
    interview(`i${n}`, `a${n}`, {
      ...{ interview: { id: `d${n}` }, job_stage_interview_item_id: `item${n}` },
      interviewers: [{ id: `u${n}` }],
    }),
}

/** Statements that commits take, by stream. */
async function costs(order: readonly StreamName[], commit: (stream: StreamName) => Promise<unknown>) {
  const counts = {} as Record<StreamName, number>
  for (const stream of order) {
    statements = 0
    await commit(stream)
    counts[stream] = statements
  }
  return counts
}

async function costsOf(rows: number, order: readonly StreamName[]) {
  const mirror: Mirror = await openMirror(counting())
  return {
    first: await costs(order, (stream) => mirror.commit(stream, ...page(stream, rows))),
    again: await costs(order, (stream) => mirror.commit(stream, ...page(stream, rows))),
    wrong: await costs(order, (stream) => {
      const wrong = page(stream, rows).map((record, n) => ({
        ...(record as object),
        id: n % 2 === 0 ? n : `w${n}`,
        deleted_at: n,
      }))
      return mirror.commit(stream, ...wrong)
    }),
  }
}

/** Most statements a page, whatever it holds and whatever has waited for it. */
const most: Record<StreamName, number> = {
  users: 12,
  job_stages: 20,
  jobs: 19,
  job_posts: 13,
  candidates: 18,
  applications: 14,
  scheduled_interviews: 13,
}

/** Statements of a page of which nothing has changed, nor waits: no row is sent. Join rows are compared all the same. */
const unchanged: Record<StreamName, number> = {
  users: 5,
  job_stages: 5,
  jobs: 11,
  job_posts: 5,
  candidates: 6,
  applications: 5,
  scheduled_interviews: 9,
}

/** Bytes that the connection's backend has written ahead so far. */
async function walOf(connection: Db): Promise<number> {
  await sql`select pg_stat_force_next_flush()`.execute(connection)
  const { rows } = await sql<{ bytes: number }>`
    select wal_bytes::float8 as bytes from pg_stat_get_backend_wal(pg_backend_pid())`.execute(connection)
  return rows[0]?.bytes ?? Number.NaN
}

/** How often each table that grows with an account was read as a whole. */
async function readFromEndToEnd(connection: Db): Promise<unknown[]> {
  await sql`select pg_stat_force_next_flush()`.execute(connection)
  const { rows } = await sql`
    select relname, seq_scan from pg_stat_user_tables
    where relname in ('candidates', 'applications', 'interviews', 'interviewing_team_members', 'record_digests')
    order by relname`.execute(connection)
  return rows
}

describe('what a page writes ahead', () => {
  test('is, where it changes nothing, its ids and the bookkeeping alone', async (t) => {
    const rows = 500
    const connection = connect(database.workerUrl, { max: 1 })
    try {
      const mirror = await openMirror(connection)
      // Twice: reading tidies up after what the first one wrote.
      for (const stream of [...streamNames, ...streamNames])
        await mirror.commit(stream, ...page(stream, rows))
      for (const stream of streamNames) {
        const before = await walOf(connection)
        await mirror.commit(stream, ...page(stream, rows))
        const bytes = (await walOf(connection)) - before
        t.diagnostic(`${stream}: ${bytes} bytes`)
        // Candidates bring the ids of as many applications along.
        const ids = stream === 'candidates' ? 2 * rows : rows
        assert.ok(bytes > 0 && bytes <= 24 * ids + 4_096, `${stream}: ${bytes} bytes`)
      }
    } finally {
      await connection.destroy()
    }
  })
})

describe('the statements of a page', () => {
  test('look rows up one by one, also by plans that were made while the tables were small', async () => {
    const connection = connect(database.workerUrl, { max: 1 })
    try {
      const mirror = await openMirror(connection)
      const rows = 100
      const commitAll = async (number: number) => {
        for (const stream of streamNames) await mirror.commit(stream, ...page(stream, rows, number * rows))
      }
      // PostgreSQL keeps a plan from the sixth time on, and plans all again where it has analysed a table meanwhile.
      for (let number = 0; number < 8; number++) await commitAll(number)
      const before = await readFromEndToEnd(connection)
      await commitAll(8)
      await commitAll(7)
      assert.deepEqual(await readFromEndToEnd(connection), before)
    } finally {
      await connection.destroy()
    }
  })

  test('do not include a second try where copies are stored, or want parents that are missing', async () => {
    const statements: string[] = []
    const connection = connect(database.workerUrl, {
      max: 1,
      onStatement: ({ query }) => statements.push(query.sql),
    })
    try {
      const mirror = await openMirror(connection)
      const copy = { id: 'a', candidate_id: 'c', jobs: [{ id: 'j' }], current_stage: { id: 's' } }
      for (const status of ['active', 'hired'])
        await mirror.commit('candidates', { id: 'c', applications: [{ ...copy, status }] })
      const { outcome } = await mirror.one<{ outcome: string }>(
        'select outcome from ats.applications where account = $account',
      )
      assert.equal(outcome, 'HIRED')
      assert.ok(statements.some((statement) => statement.includes('ats"."applications')))
      assert.deepEqual(
        statements.filter((statement) => statement.includes('savepoint')),
        [],
      )
    } finally {
      await connection.destroy()
    }
  })

  test('that is written before its turn do not look for what PostgreSQL tells by itself', async (t) => {
    const mirror = await openMirror(counting())
    for (const [stream, rows] of [
      ['users', 52],
      ['job_stages', 51],
      ['jobs', 51],
    ] as const)
      await mirror.commit(stream, ...page(stream, rows))
    for (const [stream, count] of [
      ['candidates', 12],
      ['scheduled_interviews', 9],
    ] as const) {
      statements = 0
      const before = { ids: new Set<string>(), begun: Promise.resolve(), committed: Promise.resolve() }
      const commit = mirror.pageOf(stream, ...page(stream, 50))
      const { inVain, inserted } = await commitPage(counting(), commit, { before, onBegun: () => {} })
      t.diagnostic(`${stream}: ${statements}`)
      assert.deepEqual({ inVain, inserted, statements }, { inVain: false, inserted: 50, statements: count })
    }
  })

  for (const [name, order] of [
    ['parents first', streamNames],
    ['children first', streamNames.toReversed()],
  ] as const) {
    test(`are as many for 500 records as for 50, ${name}`, async (t) => {
      const small = await costsOf(50, order)
      assert.deepEqual(await costsOf(500, order), small)
      for (const [what, counts] of Object.entries(small)) {
        t.diagnostic(`${name}, ${what}: ${JSON.stringify(counts)}`)
        for (const stream of order) assert.ok(counts[stream] <= most[stream], `${stream}: ${counts[stream]}`)
      }
      if (order === streamNames) assert.deepEqual(small.again, unchanged)
    })
  }
})
