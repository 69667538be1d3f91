import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, beforeEach, describe, test } from 'node:test'
import { sql } from 'kysely'
import { type Lease, takeLease } from '../../src/database/checkpoints.ts'
import { commitPage, type PageOutcome } from '../../src/database/commit-page.ts'
import { beginRun, beginStream } from '../../src/database/runs.ts'
import { runStatement } from '../../src/embedded/postgres-query.ts'
import { FencedError } from '../../src/errors.ts'
import type { StreamName } from '../../src/streams.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { firstCursor, insertBareAccount, mappingOf, nextClaim } from '../support/direct-sync.ts'
import { mapText } from '../support/read-page.ts'
import { refuseRows } from '../support/refuse-rows.ts'

const { database, db, owner } = await databaseOfFile()

const account = 'acme'
let runId: string

before(async () => {
  await insertBareAccount(db, account)
})
beforeEach(async () => {
  runId = randomUUID()
  await beginRun(db, { id: runId, account, mode: 'full', trigger: 'start', models: [] })
})

async function lease(stream: StreamName): Promise<Lease> {
  const taken = await takeLease(db, nextClaim(account, stream, runId), firstCursor)
  await beginStream(db, runId, stream)
  return taken
}

async function commit(
  stream: StreamName,
  { leaseEpoch }: Lease,
  records: unknown[],
  offset = records.length,
): Promise<PageOutcome> {
  return await commitPage(db, {
    account,
    runId,
    mode: 'full',
    stream,
    leaseEpoch,
    cursor: { ...firstCursor, offset },
    ...mapText(JSON.stringify(records), { stream, mapping: mappingOf(account) }),
    looksUp: true,
    takeCalls: () => 1,
  })
}

async function rows<T>(query: string): Promise<T[]> {
  return (await sql.raw<T>(query).execute(db)).rows
}

const user = (id: string, more = {}) => ({ id, first_name: 'Ana', last_name: 'Ruiz', emails: [], ...more })

describe('the page commit', () => {
  test('commits rows, rejects, counters, seen ids and the cursor together', async () => {
    const taken = await lease('users')
    const outcome = await commit('users', taken, [
      user('together-1'),
      user('together-2', { first_name: 5 }),
      null,
    ])
    assert.deepEqual(
      { ...outcome },
      {
        inserted: 1,
        updated: 0,
        unchanged: 0,
        rejected: 2,
        warnings: 0,
        embedded: null,
        accountState: 'ACTIVE',
        inVain: false,
      },
    )
    const [stream] = await rows(
      `select pages, fetched, inserted, rejected, requests from sync.run_streams where run_id = '${runId}'`,
    )
    assert.deepEqual(stream, { pages: 1, fetched: 3, inserted: 1, rejected: 2, requests: 1 })
    const [checkpoint] = await rows<{ cursor: { offset: number } }>(
      `select cursor from sync.checkpoints where run_id = '${runId}' and stream = 'users'`,
    )
    assert.equal(checkpoint?.cursor.offset, 3)
    const [seen] = await rows<{ ids: string[] }>(`select ids from sync.seen_pages where run_id = '${runId}'`)
    assert.equal(seen?.ids.length, 2, 'a rejected record with a readable id was seen')
    const rejected = await rows(
      `select remote_id, reason from sync.rejected_records where run_id = '${runId}' order by remote_id`,
    )
    assert.deepEqual(rejected, [
      { remote_id: 'together-2', reason: 'first_name: expected string, received number' },
      { remote_id: null, reason: 'record: expected object, received null' },
    ])
  })

  test('keeps nothing of a page whose last statement fails, the cursor included', async () => {
    const taken = await lease('users')
    const askOwner = (what: string) =>
      runStatement(database.ownerUrl, `${what.replace('COUNTERS', 'sync.run_streams')} gem_ats_sync_worker`)
    await askOwner('revoke update on COUNTERS from')
    await assert.rejects(commit('users', taken, [user('half-1'), user('half-2', { first_name: 5 })]))
    await askOwner('grant update on COUNTERS to')
    const left = await rows(
      `select cursor ->> 'offset' as "offset", (select count(*)::int from ats.users where remote_id like 'half-%') as users,
        (select count(*)::int from sync.rejected_records where run_id = '${runId}') as rejected,
        (select count(*)::int from sync.seen_pages where run_id = '${runId}') as seen
      from sync.checkpoints where run_id = '${runId}'`,
    )
    assert.deepEqual(left, [{ offset: '0', users: 0, rejected: 0, seen: 0 }])
  })

  test('changes nothing when a page is committed again, changed_at included', async () => {
    const taken = await lease('users')
    const page = [user('again-1'), user('again-2', { disabled: true })]
    await commit('users', taken, page)
    const query = `select *, xmin::text from ats.users where remote_id like 'again-%' order by id`
    const first = await rows(query)
    const outcome = await commit('users', taken, page)
    assert.deepEqual(await rows(query), first, 'not even the same values were written again')
    assert.equal(outcome.unchanged, 2)
  })

  test('leaves a record with odd keys alone when it is read again', async () => {
    const odd = ['', '__proto__', 'constructor', 'toJSON', 'account', 'a.b', '$', '🦄']
    const page = [user('odd-keys', Object.fromEntries(odd.map((key) => [key, { [key]: null }])))]
    const taken = await lease('users')
    await commit('users', taken, page)
    const query = `select remote_data, xmin::text from ats.users where remote_id = 'odd-keys'`
    const first = await rows<{ remote_data: object }>(query)
    assert.deepEqual(first[0]?.remote_data, page[0])
    await commit('users', taken, page)
    assert.deepEqual(await rows(query), first)
  })

  test('moves changed_at with a column, and not with remote_data alone', async () => {
    const taken = await lease('users')
    const read = () =>
      rows<{ changed_at: Date; remote_data: object }>(
        `select changed_at, remote_data from ats.users where remote_id = 'moves'`,
      )
    await commit('users', taken, [user('moves')])
    const [before] = await read()
    await commit('users', taken, [user('moves', { employee_id: '7' })])
    const [other] = await read()
    assert.deepEqual(other?.changed_at, before?.changed_at)
    assert.deepEqual(other?.remote_data, user('moves', { employee_id: '7' }))
    await commit('users', taken, [user('moves', { first_name: 'Bea' })])
    const [changed] = await read()
    assert.notDeepEqual(changed?.changed_at, before?.changed_at)
  })

  test('refuses an older attempt once a newer one has begun, and keeps nothing of it', async () => {
    const older = await lease('users')
    const newer = await lease('users')
    await assert.rejects(commit('users', older, [user('zombie')]), FencedError)
    assert.deepEqual(await rows(`select id from ats.users where remote_id = 'zombie'`), [])
    await commit('users', newer, [user('alive')])
    assert.equal((await rows(`select id from ats.users where remote_id = 'alive'`)).length, 1)
  })

  test('refuses an account that has been removed', async () => {
    const taken = await lease('users')
    await assert.rejects(
      commitPage(db, {
        account: 'removed',
        runId,
        mode: 'full',
        stream: 'users',
        leaseEpoch: taken.leaseEpoch,
        cursor: firstCursor,
        ...mapText(JSON.stringify([user('x')]), { stream: 'users', mapping: mappingOf(account) }),
        looksUp: true,
        takeCalls: () => 1,
      }),
      /account removed has been removed/,
    )
  })

  test('rejects a value that PostgreSQL refuses alone; the rest of its page lands', async () => {
    await refuseRows(owner, 'application_stages', 'global_index = 13')
    const taken = await lease('job_stages')
    const stages = Array.from({ length: 20 }, (_, index) => ({
      id: `refused-${index}`,
      name: `Stage ${index}`,
      priority: index,
    }))
    const outcome = await commit('job_stages', taken, stages)
    assert.equal(outcome.inserted, 19)
    assert.equal(outcome.rejected, 1)
    const rejected = await rows(
      `select remote_id, reason, raw from sync.rejected_records where run_id = '${runId}'`,
    )
    assert.deepEqual(rejected, [
      {
        remote_id: 'refused-13',
        reason: 'PostgreSQL refuses a value: a value is not one of those allowed (23514)',
        raw: stages[13],
      },
    ])
  })

  test('keeps of a rejected record that is too large how large it was', async () => {
    const taken = await lease('users')
    const name = 'x'.repeat(2_000_000)
    const page = [{ name }, user('large', { first_name: 5, name }), user('beside-large')]
    const outcome = await commit('users', taken, page)
    assert.deepEqual([outcome.inserted, outcome.rejected], [1, 2])
    const rejected = await rows(
      `select remote_id, raw from sync.rejected_records where run_id = '${runId}' order by remote_id`,
    )
    const length = (record: object) => `too large to be kept: ${JSON.stringify(record).length} characters`
    assert.deepEqual(rejected, [
      { remote_id: 'large', raw: length(page[1] ?? {}) },
      { remote_id: null, raw: length(page[0] ?? {}) },
    ])
  })

  test('resolves a rejected record when a later read succeeds', async () => {
    const taken = await lease('users')
    await commit('users', taken, [user('healed', { last_name: [] })])
    await commit('users', taken, [user('healed')])
    const [entry] = await rows<{ resolved_at: Date | null }>(
      `select resolved_at from sync.rejected_records where remote_id = 'healed'`,
    )
    assert.ok(entry?.resolved_at)
  })

  test('takes an unreadable deleted_at as deletion at the time it is noticed, and keeps that time', async () => {
    const taken = await lease('users')
    const read = () =>
      rows<{ remote_deleted_at: Date | null; status: string }>(
        `select remote_deleted_at, status from ats.users where remote_id = 'gone'`,
      )
    await commit('users', taken, [user('gone', { deleted_at: 'yesterday' })])
    const [noticed] = await read()
    assert.ok(noticed?.remote_deleted_at)
    assert.equal(noticed.status, 'INACTIVE')
    await commit('users', taken, [user('gone', { deleted_at: 'yesterday' })])
    assert.deepEqual(await read(), [noticed])
    await commit('users', taken, [user('gone')])
    assert.deepEqual(await read(), [{ remote_deleted_at: null, status: 'ACTIVE' }])
  })

  test('notices a pause at each page', async () => {
    const taken = await lease('users')
    await sql`update sync.accounts set state = 'PAUSED' where account = ${account}`.execute(db)
    const outcome = await commit('users', taken, [user('while-paused')])
    await sql`update sync.accounts set state = 'ACTIVE' where account = ${account}`.execute(db)
    assert.equal(outcome.accountState, 'PAUSED')
  })
})

describe('copies of an application', () => {
  const application = (more = {}) => ({
    id: 'ap',
    candidate_id: 'ca',
    status: 'active',
    last_activity_at: '2026-02-02T00:00:00.000Z',
    ...more,
  })
  const read = () =>
    rows<{ outcome: string; remote_data: object; xmin: string }>(
      `select outcome, remote_data, xmin::text from ats.applications where remote_id = 'ap'`,
    )

  test('embedded in a candidate do not overwrite a row whose last activity is newer', async () => {
    const list = await lease('applications')
    await commit('applications', list, [application()])
    const candidates = await lease('candidates')
    const older = application({ status: 'rejected', last_activity_at: '2026-02-01T00:00:00.000Z' })
    await commit('candidates', candidates, [{ id: 'ca', applications: [older] }])
    assert.equal((await read())[0]?.outcome, 'PENDING')
    const newer = application({ status: 'hired', last_activity_at: '2026-02-03T00:00:00.000Z' })
    await commit('candidates', candidates, [{ id: 'ca', applications: [newer] }])
    assert.equal((await read())[0]?.outcome, 'HIRED')
    await commit('applications', list, [application()])
    assert.equal((await read())[0]?.outcome, 'PENDING', 'the list is the later read, whatever its times say')
  })

  test('are told older from newer in any year that a time may have', async () => {
    const candidates = await lease('candidates')
    const copies = (id: string, ...years: string[]) =>
      years.map((year) => application({ id, last_activity_at: `${year}-01-01T00:00:00Z` }))
    const early = copies('early', '-000050', '-000060')
    await commit('candidates', candidates, [
      { id: 'ca', applications: [...early, ...copies('late', '+010000', '+009999')] },
    ])
    await commit('candidates', candidates, [{ id: 'cb', applications: copies('late', '9999') }])
    const times = await rows(
      `select remote_id, extract(year from remote_updated_at)::int as year from ats.applications
      where remote_id in ('early', 'late') order by remote_id`,
    )
    assert.deepEqual(times, [
      { remote_id: 'early', year: -51 },
      { remote_id: 'late', year: 10_000 },
    ])
  })

  test('that PostgreSQL refuses are rejected alone', async () => {
    const candidates = await lease('candidates')
    await refuseRows(owner, 'applications', `remote_id = 'refused'`)
    const copies = [application({ id: 'refused' }), application({ id: 'taken' })]
    const outcome = await commit('candidates', candidates, [{ id: 'holder', applications: copies }])
    assert.equal(outcome.inserted, 1)
    const found = await rows(`select remote_id from ats.applications where remote_id in ('refused', 'taken')`)
    assert.deepEqual(found, [{ remote_id: 'taken' }])
    const rejected = await rows(
      `select stream, remote_id, reason from sync.rejected_records where run_id = '${runId}'`,
    )
    const reason = 'PostgreSQL refuses a value: a value is not one of those allowed (23514)'
    assert.deepEqual(rejected, [{ stream: 'applications', remote_id: 'refused', reason }])
  })

  test('that leave out whose they are belong to their holder, and are no difference from the list', async () => {
    const list = await lease('applications')
    await commit('applications', list, [application()])
    const [stored] = await read()
    const { candidate_id: _, ...copy } = application()
    const candidates = await lease('candidates')
    await commit('candidates', candidates, [{ id: 'ca', applications: [copy] }])
    assert.deepEqual(await read(), [stored])
  })
})

describe("a candidate's attachments", () => {
  test('may have other signed URLs at each read without being written again', async () => {
    const taken = await lease('candidates')
    const candidate = (url: string, filename = 'cv.pdf') => ({
      id: 'with-cv',
      attachments: [{ filename, url, type: 'resume' }],
    })
    const read = () =>
      rows<{ remote_data: object }>(
        `select remote_data, changed_at, xmin::text from ats.candidates where remote_id = 'with-cv'`,
      )
    await commit('candidates', taken, [candidate('https://files.example.com/1?signature=a')])
    const first = await read()
    await commit('candidates', taken, [candidate('https://files.example.com/1?signature=b')])
    assert.deepEqual(await read(), first)
    await commit('candidates', taken, [candidate('https://files.example.com/1?signature=c', 'cv-2.pdf')])
    assert.deepEqual(
      (await read())[0]?.remote_data,
      candidate('https://files.example.com/1?signature=c', 'cv-2.pdf'),
    )
  })
})
