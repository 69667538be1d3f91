import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { showSeconds } from '../../src/cli/runs.ts'
import { connect, type Db } from '../../src/database/connect.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { insertBareAccount } from '../support/direct-sync.ts'
import { runCli } from './run-cli.ts'

/** Oldest first. Two of them begin with the same digits. */
const ids = {
  full: 'aaaa1111-0000-4000-8000-000000000001',
  delta: 'aaaa2222-0000-4000-8000-000000000002',
  running: 'bbbb1111-0000-4000-8000-000000000003',
  other: 'cccc1111-0000-4000-8000-000000000004',
}

describe('gem-ats-sync runs', () => {
  let database: TestDatabase
  let db: Db
  before(async () => {
    database = await createTestDatabase()
    db = connect(database.workerUrl, { max: 1 })
    for (const account of ['acme', 'beta', 'new']) await insertBareAccount(db, account)
    await insertRun(ids.full, 'acme', 'full', 'SUCCEEDED', '2026-11-20T10:00:00Z', '2026-11-20T10:03:12Z')
    await insertRun(
      ids.delta,
      'acme',
      'delta',
      'PARTIALLY_FAILED',
      '2026-11-20T13:00:00Z',
      '2026-11-20T13:00:02.5Z',
    )
    await sql`update sync.runs set error = 'users: no such list
      jobs: gone' where id = ${ids.delta}`.execute(db)
    await insertRun(ids.running, 'acme', 'delta', 'RUNNING', '2026-11-20T16:00:00Z', null)
    await insertRun(ids.other, 'beta', 'full', 'FAILED', '2026-11-20T17:00:00Z', '2026-11-20T17:00:01Z')
    for (const [stream, fetched] of [
      ['users', 20],
      ['jobs', 12],
    ]) {
      await sql`insert into sync.run_streams (run_id, stream, state, pages, fetched, inserted, updated, unchanged, deleted,
          rejected, warnings, requests, rate_limited_ms, started_at, finished_at)
        values (${ids.full}, ${stream}, 'SUCCEEDED', 1, ${fetched}, 5, 2, 3, 1, 1, 4, 6, 90000, '2026-11-20T10:00:00Z',
          '2026-11-20T10:00:01Z')`.execute(db)
    }
  })
  after(async () => {
    await db.destroy()
    await database.drop()
  })

  const insertRun = (
    id: string,
    account: string,
    mode: string,
    state: string,
    from: string,
    to: string | null,
  ) =>
    sql`insert into sync.runs (id, account, mode, trigger, models, state, started_at, finished_at)
      values (${id}, ${account}, ${mode}, 'schedule', '{}', ${state}, ${from}, ${to})`.execute(db)

  const run = (...args: string[]) => runCli(['runs', ...args], { databaseUrl: database.workerUrl })

  async function shown(...args: string[]): Promise<string[]> {
    const { code, stdout, stderr } = await run(...args)
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    return stdout.trimEnd().split('\n')
  }

  test('lists the newest of all accounts first, with what they did and how long they took', async () => {
    const [head, newest, running, delta, full, ...others] = await shown()
    assert.match(
      String(head),
      /^RUN +ACCOUNT +MODE +TRIGGER +STATE +STARTED +TOOK +FETCHED +INSERTED +UPDATED +DELETED +REJECTED +ERROR$/,
    )
    assert.match(
      String(newest),
      /^cccc1111 +beta +full +schedule +FAILED +2026-11-20T17:00:00\.000Z +1\.0 s +0 +0 +0 +0 +0 +-$/,
    )
    assert.match(String(running), /^bbbb1111 +acme .* RUNNING .* so far +0/)
    assert.match(String(delta), /^aaaa2222 .* 2\.5 s .* users: no such list \/ jobs: gone$/)
    assert.match(String(full), /^aaaa1111 .* 3 m 12 s +32 +10 +4 +2 +2 +-$/)
    assert.deepEqual(others, [])
  })

  test('lists those of one account, no more than asked for, as JSON on demand', async () => {
    assert.equal((await shown('acme')).length, 4)
    assert.equal((await shown('acme', '--limit', '1')).length, 2)
    const [newest, ...others] = JSON.parse((await shown('beta', '--json')).join('\n'))
    assert.deepEqual([newest.id, newest.seconds, newest.fetched, others], [ids.other, 1, 0, []])
    assert.deepEqual(await shown('new'), ['new has no runs yet.'])
  })

  test("shows what a run did with each of Gem's lists, by how its id begins", async () => {
    const lines = await shown('--streams', 'aaaa1')
    assert.equal(lines[0], `run ${ids.full} of acme: full (schedule), SUCCEEDED, 3 m 12 s`)
    assert.match(String(lines[2]), /^STREAM +STATE +TOOK +PAGES .* RATE LIMITED +ERROR$/)
    assert.match(String(lines[3]), /^jobs +SUCCEEDED +1\.0 s +1 +12 +5 +2 +3 +1 +1 +4 +6 +1 m 30 s +-$/)
    const { id, streams } = JSON.parse((await shown('--streams', ids.full, '--json')).join('\n'))
    assert.deepEqual([id, streams.map((s: { stream: string }) => s.stream)], [ids.full, ['jobs', 'users']])
    assert.match(String((await shown('--streams', 'aaaa2'))[1]), /^error: users: no such list \/ jobs: gone$/)
  })

  test('says what is wrong with what it was asked', async () => {
    const refused = async (code: number, says: RegExp, ...args: string[]) => {
      const result = await run(...args)
      assert.deepEqual([result.code, result.stdout], [code, ''])
      assert.match(result.stderr, says)
      assert.match(result.stderr, /^error: [^\n]+\n$/)
    }
    await refused(1, /There is no account nobody/, 'nobody')
    await refused(
      1,
      /Several runs begin with aaaa, such as .*aaaa1111.*give more digits/s,
      '--streams',
      'aaaa',
    )
    await refused(1, /There is no run dddd; /, '--streams', 'dddd')
    await refused(1, /There is no run cccc of acme; /, 'acme', '--streams', 'cccc')
    await refused(1, /at least its first 4 digits/, '--streams', 'xyz')
    await refused(1, /at least its first 4 digits/, '--streams', `${ids.full}0`)
    for (const limit of ['0', '1001', 'ten', '-1']) await refused(2, /from 1 to 1000/, '--limit', limit)
  })
})

test('durations are shown as people say them', () => {
  assert.deepEqual([0, 0.44, 59.94, 59.96, 60, 3_599.6, 7_530].map(showSeconds), [
    ...['0.0 s', '0.4 s', '59.9 s', '1 m 0 s', '1 m 0 s', '1 h 0 m', '2 h 5 m'],
  ])
})
