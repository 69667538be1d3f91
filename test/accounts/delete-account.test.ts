import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { findAccount, insertAccount } from '../../src/accounts/account-store.ts'
import { deleteAccount } from '../../src/accounts/delete-account.ts'
import { accountTables } from '../../src/accounts/left-over-rows.ts'
import { connect } from '../../src/database/connect.ts'
import { UserError } from '../../src/errors.ts'
import { mainTables } from '../../src/streams.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { acme, newKeyring } from './fixtures.ts'

const { database, db } = await databaseOfFile()

const keyring = newKeyring()

beforeEach(async () => {
  for (const name of ['acme', 'other']) await deleteAccount(db, name).catch(() => {})
  for (const account of ['acme', 'other']) {
    await insertAccount(db, keyring, { ...acme, account })
    await fill(account)
  }
})

/** Rows of the account in every table, twelve users among them. */
async function fill(account: string, on = db): Promise<void> {
  const id = sql`gen_random_uuid()`
  const main = (table: string, columns = '', values = '') =>
    sql.raw(`insert into ats.${table} (account, id, remote_id, changed_at${columns})
      select '${account}', gen_random_uuid(), n::text, now()${values} from generate_series(1, 12) n`)
  const one = (table: string) =>
    sql`(select id from ${sql.raw(`ats.${table}`)} where account = ${account} order by remote_id limit 1)`
  await main('users').execute(on)
  await main('application_stages').execute(on)
  await main('jobs').execute(on)
  await main('candidates').execute(on)
  await sql`insert into ats.job_postings (account, id, remote_id, job_id, changed_at)
    values (${account}, ${id}, 'p', ${one('jobs')}, now())`.execute(on)
  await sql`insert into ats.applications (account, id, remote_id, job_id, candidate_id, current_stage_id, changed_at)
    values (${account}, ${id}, 'a', ${one('jobs')}, ${one('candidates')}, ${one('application_stages')}, now())`.execute(
    db,
  )
  await sql`insert into ats.interviews (account, id, remote_id, application_id, stage_id, changed_at)
    values (${account}, ${id}, 'i', ${one('applications')}, ${one('application_stages')}, now())`.execute(on)
  await sql`insert into ats.job_application_stages (account, id, job_id, stage_id, changed_at)
    values (${account}, ${id}, ${one('jobs')}, ${one('application_stages')}, now())`.execute(on)
  await sql`insert into ats.job_hiring_team_members (account, id, job_id, user_id, changed_at)
    values (${account}, ${id}, ${one('jobs')}, ${one('users')}, now())`.execute(on)
  await sql`insert into ats.interviewing_team_members (account, id, interview_id, user_id, changed_at)
    values (${account}, ${id}, ${one('interviews')}, ${one('users')}, now())`.execute(on)
  await sql`insert into sync.application_facts (id, account, job_ids)
    values (${one('applications')}, ${account}, '{}')`.execute(on)
  await sql`insert into sync.job_post_facts (id, account) values (${one('job_postings')}, ${account})`.execute(
    db,
  )
  await sql`insert into sync.job_stage_facts (id, account, active, plan)
    values (${one('application_stages')}, ${account}, true, '[]')`.execute(on)
  await sql`insert into sync.stage_plans (account, stage_id) values (${account}, ${one('application_stages')})`.execute(
    db,
  )
  await sql`insert into sync.row_digests (account, id, digest, row_version)
    values (${account}, ${id}, ${id}, '7')`.execute(on)
  for (const table of mainTables)
    await sql`insert into sync.record_digests (id, digest, row_version)
      select id, id, '7' from ${sql.table(`ats.${table}`)} where account = ${account}`.execute(on)
  await sql`insert into sync.checkpoints (account, stream) values (${account}, 'users')`.execute(on)
  await sql`insert into sync.held_back_deletions (account, stream, ids) values (${account}, 'users', '{}')`.execute(
    on,
  )
  await sql`insert into sync.reader_accounts (account, role) values (${account}, 'ats_reader')`.execute(on)
  await sql`insert into sync.rate_limits (account, next_slot_at) values (${account}, now())`.execute(on)
  await sql`insert into sync.waiting_references (account, table_name, row_id, column_name, parent_id)
    values (${account}, 'jobs', ${id}, 'x', ${id})`.execute(on)
  await sql`insert into sync.waiting_pairs (account, table_name, pair_id, owner_id, parent_id)
    values (${account}, 'x', ${id}, ${id}, ${id})`.execute(on)
  await sql`with run as (
      insert into sync.runs (id, account, mode, trigger, models, state, started_at)
      values (${id}, ${account}, 'full', 'start', '{}', 'RUNNING', now()) returning id),
    stream as (insert into sync.run_streams (run_id, stream, state, started_at) select id, 'users', 'RUNNING', now() from run)
    insert into sync.rejected_records (account, stream, reason, run_id, first_seen_at, last_seen_at)
    select ${account}, 'users', 'x', id, now(), now() from run`.execute(on)
}

/** Rows by table; what holds no column `account` hangs on what does. */
async function counts(account: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {}
  for (const table of await accountTables(db)) {
    const { rows } = await sql<{ n: number }>`
      select count(*) as n from ${sql.raw(table)} where account = ${account}`.execute(db)
    found[table] = rows[0]?.n ?? 0
  }
  return found
}

/** Which rows, of whatever account, have digests. */
async function digests(): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`select id from sync.record_digests order by id`.execute(db)
  return rows.map(({ id }) => id)
}

test('with the rows of the account go their digests', async () => {
  const all = await digests()
  await deleteAccount(db, 'acme', { batchSize: 5 })
  const others = await digests()
  await deleteAccount(db, 'other', { batchSize: 5 })
  assert.deepEqual([all.length, others.length, await digests()], [2 * others.length, all.length / 2, []])
  assert.ok(others.length > mainTables.length)
})

test('every row of the account goes, in small batches, and nothing of another one', async () => {
  const before = await counts('other')
  assert.equal(Object.values(before).includes(0), false, 'the test fills every table')
  const rows = await deleteAccount(db, 'acme', { batchSize: 5 })
  const {
    'sync.checkpoints': checkpoints,
    'sync.rate_limits': limiters,
    'sync.reader_accounts': readers,
    'sync.held_back_deletions': heldBack,
    ...others
  } = before
  assert.deepEqual(
    [checkpoints, limiters, readers, heldBack],
    [1, 1, 1, 1],
    'few, so that they may go with the account itself',
  )
  assert.equal(rows, 1 + Object.values(others).reduce((sum, count) => sum + count))
  assert.deepEqual([...new Set(Object.values(await counts('acme')))], [0])
  assert.deepEqual(await counts('other'), before)
  await assert.rejects(findAccount(db, 'acme'), UserError)
})

test('no statement deletes more rows than a batch holds', async () => {
  const progress: [string, number][] = []
  await deleteAccount(db, 'acme', { batchSize: 5, onProgress: (table, rows) => progress.push([table, rows]) })
  assert.deepEqual(
    progress.filter(([table]) => table === 'ats.users').map(([, rows]) => rows),
    [5, 10, 12],
  )
})

test('an interrupted removal goes on when it is called again, and keeps the name until then', async () => {
  const stop = () => {
    throw new Error('interrupted')
  }
  await assert.rejects(deleteAccount(db, 'acme', { onProgress: stop }), /interrupted/)
  await assert.rejects(insertAccount(db, keyring, acme), (error) => {
    return (
      error instanceof UserError && /has not been removed completely.*account remove acme/.test(error.message)
    )
  })
  await assert.rejects(findAccount(db, 'acme'), UserError)
  await deleteAccount(db, 'acme')
  await insertAccount(db, keyring, acme)
})

test('an account that is added again while the old removal still runs keeps its rows', async () => {
  await deleteAccount(db, 'acme')
  await insertAccount(db, keyring, acme)
  await sql`insert into sync.waiting_references (account, table_name, row_id, column_name, parent_id)
    values ('acme', 'jobs', gen_random_uuid(), 'x', gen_random_uuid())`.execute(db)
  // On one connection the statements of both take turns: the removal goes on among the new rows.
  const single = connect(database.workerUrl, { max: 1 })
  let added: Promise<void> | undefined
  const addAgain = async () => {
    await insertAccount(single, keyring, acme)
    await fill('acme', single)
  }
  await deleteAccount(single, 'acme', {
    onProgress: () => {
      added = addAgain()
    },
  })
  await added
  await single.destroy()
  assert.deepEqual(await counts('acme'), await counts('other'))
})

test('what never was an account is refused', async () => {
  await assert.rejects(deleteAccount(db, 'nobody'), UserError)
})
