/** Pages that are written while the one before them is committed: what comes of it is what would have come in their turn. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { sql } from 'kysely'
import { deleteAccount } from '../../src/accounts/delete-account.ts'
import { takeLease } from '../../src/database/checkpoints.ts'
import { commitPage, type PageOutcome } from '../../src/database/commit-page.ts'
import { applyRetention } from '../../src/database/retention/apply-retention.ts'
import { FencedError } from '../../src/errors.ts'
import type { StreamName } from '../../src/streams.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { firstCursor, insertBareAccount, nextClaim } from '../support/direct-sync.ts'
import { heldUp } from '../support/held-up.ts'
import { type Mirror, openMirror } from '../support/mirror.ts'
import { application, type Fields, interview, job, stage, user } from '../support/records.ts'
import { refuseRows } from '../support/refuse-rows.ts'

const { database, db, owner } = await databaseOfFile()

const candidate = (id: string, ...applications: Fields[]) => ({ id, first_name: 'Ana', applications })

/** A page behind another one, which is committed when the test says so. */
interface Ahead {
  /** Resolves when it has done what it can without its turn. */
  readonly waits: Promise<void>
  /** Gives it its turn. @returns what it came to, and whether it had been written by then. */
  take(): Promise<PageOutcome & { wasAhead: boolean }>
  /** The page before fails. */
  fail(error: Error): Promise<PageOutcome>
}

function begin(
  mirror: Mirror,
  stream: StreamName,
  records: unknown[],
  before: ReadonlySet<string> = new Set(),
): Ahead {
  const committed = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  const turn: PromiseLike<void> = {
    // biome-ignore lint/suspicious/noThenProperty: whoever awaits it has come to its turn
    // biome-ignore lint/suspicious/noExplicitAny: as PromiseLike has it
    then: (...handlers: any[]) => {
      arrived.resolve()
      return committed.promise.then(...handlers)
    },
  }
  const page = mirror.pageOf(stream, ...records)
  const outcome = commitPage(db, page, {
    before: { ids: before, begun: Promise.resolve(), committed: turn },
    onBegun: () => {},
  })
  outcome.catch(() => {})
  return {
    waits: arrived.promise,
    async take() {
      await arrived.promise
      const turnCame = await clock()
      committed.resolve()
      const counts = await outcome
      const [row] = await mirror.ask<{ at: string }>(
        `select max(changed_at)::text as at from ats.${page.page.model.table} where account = $account`,
      )
      return { ...counts, wasAhead: row!.at < turnCame }
    },
    async fail(error) {
      await arrived.promise
      committed.reject(error)
      return await outcome
    },
  }
}

async function clock(): Promise<string> {
  const { rows } = await sql<{ now: string }>`select clock_timestamp()::text as now`.execute(db)
  return rows[0]!.now
}

const idsOf = (mirror: Mirror, stream: StreamName, ...records: unknown[]) =>
  new Set(mirror.pageOf(stream, ...records).page.rows.map(({ id }) => id))

const sourceOf = (mirror: Mirror, id: string) =>
  mirror.one<{ source: string | null }>(
    `select source from ats.candidates where account = $account and remote_id = '${id}'`,
  )

const countOf = async (mirror: Mirror, table: string) =>
  (
    await mirror.one<{ count: number }>(
      `select count(*)::int as count from ${table} where account = $account`,
    )
  ).count

describe('a page of new rows', () => {
  test('is written before its turn, seen by nobody, while the account is free; and is committed in its turn', async () => {
    const mirror = await openMirror(db)
    await mirror.commit('candidates', candidate('c1'))
    const ahead = begin(mirror, 'candidates', [
      candidate('c2', application('a2', { source: { public_name: 'Board' } })),
    ])
    await ahead.waits
    assert.equal(await countOf(mirror, 'ats.candidates'), 1)
    await owner.query('select from sync.accounts where account = $1 for update nowait', [mirror.account])
    const { inserted, embedded, wasAhead } = await ahead.take()
    assert.deepEqual(
      { inserted, embedded: embedded?.inserted, wasAhead },
      { inserted: 1, embedded: 1, wasAhead: true },
    )
    assert.deepEqual(await sourceOf(mirror, 'c2'), { source: 'Board' })
    assert.equal(await mirror.parentOf('applications', 'a2', 'candidate_id', 'candidates'), 'c2')
    const { offset, pages, fetched, seen } = (await mirror.one(`
      select (c.cursor ->> 'offset')::int as offset, s.pages::int, s.fetched::int,
        (select count(*)::int from sync.seen_pages p, unnest(p.ids) where p.run_id = c.run_id) as seen
      from sync.checkpoints c join sync.run_streams s using (run_id, stream)
      where c.account = $account and c.stream = 'candidates'`)) as Record<string, number>
    assert.deepEqual({ offset, pages, fetched, seen }, { offset: 0, pages: 2, fetched: 2, seen: 3 })
  })

  test('may follow one that is written before its turn itself', async () => {
    const mirror = await openMirror(db)
    const first = begin(mirror, 'candidates', [candidate('c1')])
    await first.waits
    const second = begin(
      mirror,
      'candidates',
      [candidate('c2')],
      idsOf(mirror, 'candidates', candidate('c1')),
    )
    await second.waits
    assert.equal((await first.take()).wasAhead, true)
    assert.equal((await second.take()).wasAhead, true)
    assert.equal(await countOf(mirror, 'ats.candidates'), 2)
  })

  test('resolves what was rejected, by the page before or earlier, and leaves other rejected records alone', async () => {
    const mirror = await openMirror(db)
    const wrong = (id: string) => ({ ...candidate(id), deleted_at: 7 })
    const wrongCopy = candidate('c0', application('a1', { status: 7 }))
    await mirror.commit('candidates', wrong('c1'), wrongCopy, wrong('c9'))
    const ahead = begin(mirror, 'candidates', [candidate('c1', application('a1')), candidate('c2')])
    assert.equal((await ahead.take()).wasAhead, true)
    const unresolved = await mirror.ask<{ remote_id: string }>(
      'select remote_id from sync.rejected_records where account = $account and resolved_at is null',
    )
    assert.deepEqual(unresolved, [{ remote_id: 'c9' }])
  })

  test('goes ahead although others wait for other rows', async () => {
    const mirror = await openMirror(db)
    await mirror.commit('scheduled_interviews', interview('i1', 'a1', { interviewers: [{ id: 'u1' }] }))
    const ahead = begin(mirror, 'candidates', [candidate('c2', application('a2'))])
    assert.equal((await ahead.take()).wasAhead, true)
  })

  test('of interviews has its stages, its interviewers and its application', async () => {
    const mirror = await openMirror(db)
    await mirror.commit('users', user('u1'))
    await mirror.commit(
      'job_stages',
      stage('s1', 'j1', { interviews: [{ id: 'd1', job_stage_interview_item_id: 'i1' }] }),
    )
    await mirror.commit('jobs', job('j1'))
    await mirror.commit('candidates', candidate('c1', application('a1', { jobs: [{ id: 'j1' }] })))
    const byItem = interview('i1', 'a1', { job_stage_interview_item_id: 'i1', interviewers: [{ id: 'u1' }] })
    const byPlan = interview('i2', 'a1', { interview: { id: 'd1' } })
    const ahead = begin(mirror, 'scheduled_interviews', [byItem, byPlan])
    assert.equal((await ahead.take()).wasAhead, true)
    for (const id of ['i1', 'i2']) {
      assert.equal(await mirror.parentOf('interviews', id, 'stage_id', 'application_stages'), 's1')
      assert.equal(await mirror.parentOf('interviews', id, 'application_id', 'applications'), 'a1')
    }
    assert.equal(await countOf(mirror, 'ats.interviewing_team_members'), 1)
  })

  test('has the time of before its turn, later than that of the page before: changed_at tells the order of commits', async () => {
    const mirror = await openMirror(db)
    await mirror.commit('candidates', candidate('c1'))
    const ahead = begin(mirror, 'candidates', [candidate('c2')])
    await ahead.take()
    const order = await mirror.ask<{ remote_id: string }>(
      'select remote_id from ats.candidates where account = $account order by changed_at',
    )
    assert.deepEqual(
      order.map((row) => row.remote_id),
      ['c1', 'c2'],
    )
  })
})

describe('has its turn, and comes to what it would have come to, a page', () => {
  /** Begins a page, does something else once it waits, and gives it its turn. */
  async function inTurn(
    mirror: Mirror,
    stream: StreamName,
    records: unknown[],
    meanwhile: () => Promise<unknown> = async () => {},
    before?: ReadonlySet<string>,
  ): Promise<PageOutcome> {
    const ahead = begin(mirror, stream, records, before)
    await ahead.waits
    await meanwhile()
    const { wasAhead, ...outcome } = await ahead.take()
    assert.equal(wasAhead, false)
    return outcome
  }

  test('of rows that the page before has as well', async () => {
    const mirror = await openMirror(db)
    const { inserted, updated } = await inTurn(
      mirror,
      'candidates',
      [{ ...candidate('c1'), first_name: 'Later' }],
      () => mirror.commit('candidates', candidate('c1')),
      idsOf(mirror, 'candidates', candidate('c1')),
    )
    assert.deepEqual({ inserted, updated }, { inserted: 0, updated: 1 })
  })

  test('of rows that are stored', async () => {
    const mirror = await openMirror(db)
    await mirror.commit('candidates', candidate('c1'))
    const { inserted, updated, unchanged } = await inTurn(mirror, 'candidates', [
      candidate('c1'),
      candidate('c2'),
    ])
    assert.deepEqual({ inserted, updated, unchanged }, { inserted: 1, updated: 0, unchanged: 1 })
  })

  test('whose copies are stored', async () => {
    const mirror = await openMirror(db)
    await mirror.commit('applications', application('a1', { candidate_id: 'c1' }))
    const { embedded } = await inTurn(mirror, 'candidates', [
      candidate('c1', application('a1', { candidate_id: 'c1' })),
    ])
    assert.deepEqual(embedded, { inserted: 0, updated: 0, unchanged: 1, rejected: 0 })
    assert.equal(await mirror.parentOf('applications', 'a1', 'candidate_id', 'candidates'), 'c1')
  })

  test('of rows that lack a parent, for which they wait then', async () => {
    const mirror = await openMirror(db)
    await inTurn(mirror, 'scheduled_interviews', [interview('i1', 'a1')])
    await mirror.commit('applications', application('a1'))
    assert.equal(await mirror.parentOf('interviews', 'i1', 'application_id', 'applications'), 'a1')
  })

  test('of an application whose chosen job is missing, for which it waits then', async () => {
    const mirror = await openMirror(db)
    await mirror.commit('jobs', job('j2'))
    await mirror.commit('job_stages', stage('s1', 'j1'))
    await mirror.commit('jobs', job('j3'))
    const several = application('a1', { jobs: [{ id: 'j2' }, { id: 'j1' }], current_stage: { id: 's1' } })
    await inTurn(mirror, 'candidates', [candidate('c1', several)])
    assert.equal(await mirror.parentOf('applications', 'a1', 'job_id', 'jobs'), null)
    await mirror.commit('jobs', job('j1'))
    assert.equal(await mirror.parentOf('applications', 'a1', 'job_id', 'jobs'), 'j1')
  })

  /** A page that has its time, and stands still before it can commit. */
  async function heldUpPage(mirror: Mirror, ...records: unknown[]): Promise<{ release(): Promise<void> }> {
    await mirror.commit('candidates', candidate('held'))
    const rows = { text: 'select from ats.candidates where account = $1', values: [mirror.account] }
    const changed = { ...candidate('held'), first_name: 'Eva' }
    return await heldUp({ database, owner }, rows, () => mirror.commit('candidates', changed, ...records))
  }

  test('for whose rows others wait since the page before', async () => {
    const mirror = await openMirror(db)
    const before = await heldUpPage(mirror, candidate('c1', application('a1', { candidate_id: 'c2' })))
    await inTurn(mirror, 'candidates', [candidate('c2')], before.release)
    assert.equal(await mirror.parentOf('applications', 'a1', 'candidate_id', 'candidates'), 'c2')
  })

  test('for whose rows others have waited all along', async () => {
    const mirror = await openMirror(db)
    await mirror.commit('applications', application('a1', { candidate_id: 'c1' }))
    await inTurn(mirror, 'candidates', [candidate('c1')])
    assert.equal(await mirror.parentOf('applications', 'a1', 'candidate_id', 'candidates'), 'c1')
  })

  test('with a copy that is about a candidate of another page', async () => {
    const mirror = await openMirror(db)
    await mirror.commit(
      'candidates',
      candidate('c1', application('a1', { applied_at: '2026-02-01T00:00:00Z' })),
    )
    const earlier = application('a2', {
      ...{ candidate_id: 'c1', applied_at: '2026-01-01T00:00:00Z', source: { public_name: 'Board' } },
    })
    await inTurn(mirror, 'candidates', [candidate('c2', earlier)])
    assert.deepEqual(await sourceOf(mirror, 'c1'), { source: 'Board' })
  })

  test('of rows for which join rows wait', async () => {
    const mirror = await openMirror(db)
    // No list that is written ahead has such rows today: one is made.
    await mirror.commit('scheduled_interviews', interview('i1', 'a1', { interviewers: [{ id: 'u1' }] }))
    const [c1] = idsOf(mirror, 'candidates', candidate('c1'))
    await owner.query('update sync.waiting_pairs set parent_id = $1 where account = $2', [c1, mirror.account])
    await inTurn(mirror, 'candidates', [candidate('c1')])
  })

  test('with a record that is rejected', async () => {
    const mirror = await openMirror(db)
    const { inserted, rejected } = await inTurn(mirror, 'candidates', [
      candidate('c1'),
      { ...candidate('c2'), deleted_at: 7 },
    ])
    assert.deepEqual({ inserted, rejected }, { inserted: 1, rejected: 1 })
  })

  test('with a value that PostgreSQL refuses: that row alone is rejected', async () => {
    const mirror = await openMirror(db)
    await refuseRows(owner, 'interviews', `title = 'Refused'`)
    await mirror.commit('candidates', candidate('c0', application('a0')))
    const { inserted, rejected } = await inTurn(mirror, 'scheduled_interviews', [
      interview('i1', 'a0'),
      interview('i2', 'a0', { interview: { name: 'Refused' } }),
    ])
    assert.deepEqual({ inserted, rejected }, { inserted: 1, rejected: 1 })
  })

  test('that has not seen what another list has brought meanwhile', async () => {
    const mirror = await openMirror(db)
    await mirror.commit('candidates', candidate('c1', application('a1')))
    const planned = interview('i1', 'a1', { job_stage_interview_item_id: 'item' })
    await inTurn(mirror, 'scheduled_interviews', [planned], () =>
      mirror.commit(
        'job_stages',
        stage('s1', 'j1', { interviews: [{ id: 'd1', job_stage_interview_item_id: 'item' }] }),
      ),
    )
    assert.equal(await mirror.parentOf('interviews', 'i1', 'stage_id', 'application_stages'), 's1')
  })

  test('of a candidate who is to be kept blank since it was written', async () => {
    const mirror = await openMirror(db)
    const gone = { ...candidate('c1'), deleted_at: '2026-01-01T00:00:00Z' }
    await inTurn(mirror, 'candidates', [gone], () =>
      applyRetention(db, {
        ...{ account: mirror.account, now: new Date('2026-06-01T00:00:00Z') },
        ...{ afterDays: 30, runsAfterDays: 30 },
      }),
    )
    const rows = await mirror.ask('select first_name from ats.candidates where account = $account')
    assert.deepEqual(rows, [{ first_name: null }])
  })

  test('that was written before the page before had its time: no row shows up behind one that was seen', async () => {
    const mirror = await openMirror(db)
    await inTurn(mirror, 'candidates', [candidate('c2')], () => mirror.commit('candidates', candidate('c1')))
    const order = await mirror.ask<{ remote_id: string }>(
      'select remote_id from ats.candidates where account = $account order by changed_at',
    )
    assert.deepEqual(
      order.map((row) => row.remote_id),
      ['c1', 'c2'],
    )
  })

  for (const stream of ['users', 'jobs', 'job_stages', 'job_posts', 'applications'] as const) {
    test(`of ${stream}, from which rows of others follow`, async () => {
      const mirror = await openMirror(db)
      const { inserted } = await inTurn(mirror, stream, [{ id: 'x1', name: 'x', status: 'open' }])
      assert.equal(inserted, 1)
    })
  }
})

describe('keeps nothing of a page that was written before its turn', () => {
  const nothing = async (mirror: Mirror) => {
    for (const table of ['ats.candidates', 'ats.applications'])
      assert.equal(await countOf(mirror, table), 0, table)
  }

  test('a failure of the page before, which is what it fails by', async () => {
    const mirror = await openMirror(db)
    const ahead = begin(mirror, 'candidates', [candidate('c1', application('a1'))])
    await assert.rejects(ahead.fail(new Error('the page before')), /the page before/)
    await nothing(mirror)
  })

  test('a newer attempt that has taken the stream over', async () => {
    const mirror = await openMirror(db)
    const ahead = begin(mirror, 'candidates', [candidate('c1', application('a1'))])
    await ahead.waits
    const { runId } = mirror.pageOf('candidates')
    await takeLease(db, nextClaim(mirror.account, 'candidates', runId), firstCursor)
    await assert.rejects(ahead.take(), FencedError)
    await nothing(mirror)
  })

  test('the removal of its account, also where one of that name has come in its place', async () => {
    for (const isBack of [false, true]) {
      const mirror = await openMirror(db)
      const ahead = begin(mirror, 'candidates', [candidate('c1', application('a1'))])
      await ahead.waits
      await deleteAccount(db, mirror.account)
      if (isBack) await insertBareAccount(db, mirror.account)
      await assert.rejects(ahead.take(), FencedError)
      await nothing(mirror)
    }
  })
})
