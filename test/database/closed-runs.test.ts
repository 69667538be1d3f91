/** A run is closed while a slice of it is still at work: nothing that the slice does afterwards is kept. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { sql } from 'kysely'
import { markKeyCompared, readKeyComparison } from '../../src/accounts/key-comparison.ts'
import { markGone } from '../../src/database/absences.ts'
import { type Claim, type Holding, saveLearned, takeLease } from '../../src/database/checkpoints.ts'
import { commitPage, type PageCommit } from '../../src/database/commit-page.ts'
import {
  beginRun,
  beginStream,
  completeStream,
  countSpent,
  endStream,
  finishRun,
} from '../../src/database/runs.ts'
import { FencedError } from '../../src/errors.ts'
import { models } from '../../src/mappers/registry.ts'
import { allTables } from '../support/all-tables.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { addBareAccount, firstCursor, mappingOf, nextClaim } from '../support/direct-sync.ts'
import { mapText } from '../support/read-page.ts'

const { db, owner } = await databaseOfFile()
const stream = 'candidates'

const startRun = async (account: string, runId: string = randomUUID()): Promise<string> => {
  await beginRun(db, { id: runId, account, mode: 'full', trigger: 'start', models: [] })
  return runId
}

const pageOf = (holding: Holding, ...records: object[]): PageCommit => ({
  ...{ ...holding, mode: 'full', cursor: { ...firstCursor, offset: 9 }, looksUp: true, takeCalls: () => 1 },
  ...mapText(JSON.stringify(records), { stream, mapping: mappingOf(holding.account) }),
})

const candidate = { id: 'known', first_name: 'Ana', last_name: 'Ruiz' }

interface Slice extends Holding {
  readonly claim: Claim
}

/** A slice that has committed a page. */
async function startSlice(): Promise<Slice> {
  const account = await addBareAccount(db)
  const claim = nextClaim(account, stream, await startRun(account))
  const { leaseEpoch } = await takeLease(db, claim, firstCursor)
  await beginStream(db, claim.runId, stream)
  const slice = { ...claim, leaseEpoch, claim }
  await commitPage(db, pageOf(slice, candidate))
  return slice
}

const writes: Record<string, (slice: Slice) => Promise<unknown>> = {
  'a page': (slice) => commitPage(db, pageOf(slice, { ...candidate, first_name: 'Older' })),
  'a page that is written ahead': (slice) =>
    commitPage(db, pageOf(slice, { ...candidate, id: 'new' }), {
      before: { ids: new Set(), begun: Promise.resolve(), committed: Promise.resolve() },
      onBegun: () => {},
    }),
  'a deletion mark': async (slice) => {
    const { rows } = await sql<{
      id: string
    }>`select id from ats.candidates where account = ${slice.account}`.execute(db)
    const pass = { ...slice, model: models.candidates }
    await markGone(db, pass, { ...slice, cursor: firstCursor, ids: rows.map(({ id }) => id) })
  },
  'a completion': (slice) =>
    completeStream(db, {
      ...slice,
      overlapMs: 0,
      movesWatermark: true,
      problem: null,
      warning: null,
      shortRuns: null,
      isWhole: true,
    }),
  'a failure': (slice) => endStream(db, { ...slice, state: 'FAILED', error: 'it failed' }),
  counters: (slice) => countSpent(db, slice, { requests: 3, rateLimitedMs: 1_000 }),
  'a learned page size': (slice) =>
    saveLearned(db, slice, ({ size }) => ({ size: { ...size, perPage: 10 } })),
  'a compared key': async (slice) => markKeyCompared(db, slice, await readKeyComparison(db, slice.account)),
  'the next slice': ({ claim }) => takeLease(db, { ...claim, slice: claim.slice + 1 }, firstCursor),
  'the end of the run': ({ account, runId }) =>
    finishRun(db, { account, runId, streams: [] }, { state: 'FAILED', error: 'it failed' }),
}

const closings: Record<string, (slice: Slice) => Promise<unknown>> = {
  'has ended': ({ account, runId }) =>
    finishRun(db, { account, runId, streams: [] }, { state: 'SUCCEEDED', error: null }),
  'was cancelled': ({ account, runId }) =>
    finishRun(db, { account, runId, streams: [] }, { state: 'CANCELLED', error: null }),
  'was left behind by its workflow': ({ account }) => startRun(account),
}

for (const [closed, close] of Object.entries(closings)) {
  describe(`a slice whose run ${closed}`, () => {
    for (const [name, write] of Object.entries(writes)) {
      test(`writes nothing: ${name}`, async () => {
        const slice = await startSlice()
        await close(slice)
        const before = await allTables(db)
        await write(slice).catch((error) => assert.ok(error instanceof FencedError, error))
        assert.deepEqual(await allTables(db), before)
      })
    }

    test('has its listeners told of what it changed', async () => {
      const slice = await startSlice()
      const listener = await owner.connect()
      await listener.query('listen gem_ats_sync')
      const told = once(listener, 'notification')
      await close(slice)
      const [{ payload }] = await told
      listener.release(true)
      const { state, ...ended } = JSON.parse(payload)
      assert.deepEqual(ended, { account: slice.account, run: slice.runId, changed: ['candidates'] })
      assert.equal(state, closed === 'has ended' ? 'SUCCEEDED' : 'CANCELLED')
    })

    test('leaves no stream open and no ids that it saw', async () => {
      const { runId, ...slice } = await startSlice()
      await close({ ...slice, runId })
      const streams = await db
        .selectFrom('sync.run_streams')
        .select(['stream', 'state'])
        .where('run_id', '=', runId)
        .execute()
      assert.deepEqual(streams, [{ stream, state: 'CANCELLED' }])
      const { rows } = await sql`select from sync.seen_pages where run_id = ${runId}`.execute(db)
      assert.equal(rows.length, 0)
    })
  })
}

test('the streams of a run that is closed end as its workflow says, unless they have ended already', async () => {
  const { account, runId, ...held } = await startSlice()
  const slice = { ...held, account, runId }
  await completeStream(db, {
    ...slice,
    overlapMs: 0,
    movesWatermark: true,
    problem: null,
    warning: null,
    shortRuns: null,
    isWhole: true,
  })
  await beginStream(db, runId, 'jobs')
  const end = { wasRead: false, error: null }
  const streams = [
    { ...end, stream, state: 'CANCELLED' },
    { ...end, stream: 'jobs', state: 'FAILED', error: 'it failed' },
    { ...end, stream: 'users', state: 'SKIPPED' },
  ] as const
  await finishRun(db, { account, runId, streams }, { state: 'CANCELLED', error: null })
  const rows = await db
    .selectFrom('sync.run_streams')
    .select(['stream', 'state', 'error'])
    .where('run_id', '=', runId)
    .orderBy('stream')
    .execute()
  assert.deepEqual(rows, [
    { stream, state: 'SUCCEEDED', error: null },
    { stream: 'jobs', state: 'FAILED', error: 'it failed' },
    { stream: 'users', state: 'SKIPPED', error: null },
  ])
})

describe('a run that has ended', () => {
  test('is not begun again', async () => {
    const { account, runId } = await startSlice()
    await finishRun(db, { account, runId, streams: [] }, { state: 'SUCCEEDED', error: null })
    await assert.rejects(startRun(account, runId), FencedError)
  })

  test('answers whoever ends it once more with how it ended', async () => {
    const { account, runId } = await startSlice()
    const run = { account, runId, streams: [] }
    const first = await finishRun(db, run, { state: 'PARTIALLY_FAILED', error: 'jobs: failed' })
    const again = await finishRun(db, run, { state: 'SUCCEEDED', error: null })
    assert.deepEqual({ ...again, isNew: true }, first)
    assert.equal(again.isNew, false)
  })
})
