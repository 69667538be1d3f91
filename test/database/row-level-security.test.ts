import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { deleteAccount } from '../../src/accounts/delete-account.ts'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import { joinTables, models } from '../../src/mappers/registry.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { tableNames } from '../support/oracle/types.ts'
import { uniqueName } from '../support/temporal.ts'

const readable = [
  ...tableNames.map((name) => `ats.${name}`),
  'sync.runs',
  'sync.run_streams',
  'sync.account_states',
]

/** Roles belong to the whole cluster, which other test files use as well. */
const [reader, team, stranger] = ['reader', 'team', 'stranger'].map((role) =>
  uniqueName(role).replaceAll('-', '_'),
) as [string, string, string]

let database: TestDatabase
let owner: pg.Pool
let worker: pg.Pool

before(async () => {
  database = await createTestDatabase()
  owner = new pg.Pool({ connectionString: database.ownerUrl, max: 3 })
  worker = new pg.Pool({ connectionString: database.workerUrl, max: 2 })
  for (const role of [reader, team, stranger]) await owner.query(`create role ${role} in role ats_reader`)
  await owner.query(`grant ${team} to ${reader}`)
  for (const account of ['one', 'two', 'three']) await fill(account)
})
after(async () => {
  await owner.query(`drop role ${reader}, ${team}, ${stranger}`)
  await owner.end()
  await worker.end()
  await database.drop()
})

const turn = (state?: 'on' | 'off') => migrate({ databaseUrl: database.ownerUrl, rowLevelSecurity: state })

const grant = (role: string, account: string) =>
  owner.query('insert into sync.reader_accounts (role, account) values ($1, $2)', [role, account])

/** A row in each table that readers may read, written by the worker's role. */
async function fill(account: string): Promise<void> {
  await worker.query(
    `insert into sync.accounts (account, base_url, encryption_key_id, api_key) values ($1, '', '', '')`,
    [account],
  )
  const ids = Object.fromEntries(tableNames.map((name) => [name, randomUUID()]))
  for (const name of Object.keys(models)) {
    await worker.query(
      `insert into ats.${name} (account, id, remote_id, changed_at) values ($1, $2, 'x', now())`,
      [account, ids[name]],
    )
  }
  for (const [name, { owner: one, parent: other }] of Object.entries(joinTables)) {
    await worker.query(
      `insert into ats.${name} (account, id, ${one.column}, ${other.column}, changed_at) values ($1, $2, $3, $4, now())`,
      [account, ids[name], ids[one.table], ids[other.table]],
    )
  }
  const run = randomUUID()
  await worker.query(
    `insert into sync.runs (id, account, mode, trigger, models, state, started_at)
     values ($1, $2, 'full', 'start', '{jobs}', 'RUNNING', now())`,
    [run, account],
  )
  await worker.query(
    `insert into sync.run_streams (run_id, stream, state, started_at) values ($1, 'jobs', 'RUNNING', now())`,
    [run],
  )
}

/** Rows of each readable table that a role sees: 1 an account. */
async function seenBy(role: string): Promise<Set<number>> {
  return await as(role, async (client) => {
    const counts = new Set<number>()
    for (const name of readable) {
      const { rows } = await client.query<{ count: number }>(`select count(*)::int from ${name}`)
      counts.add(rows[0]?.count ?? -1)
    }
    return counts
  })
}

async function as<T>(role: string, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await owner.connect()
  try {
    await client.query(`set role ${role}`)
    return await use(client)
  } finally {
    await client.query('reset role')
    client.release()
  }
}

/** Which tables have it. */
async function states(): Promise<unknown[]> {
  const { rows } = await owner.query(
    `select oid, relrowsecurity from pg_class where relkind = 'r' and relnamespace in ('ats'::regnamespace, 'sync'::regnamespace)
    order by oid`,
  )
  return rows
}

describe('row-level security', () => {
  test('is off until it is turned on: every reader sees all accounts', async () => {
    await turn()
    for (const role of [reader, stranger]) assert.deepEqual(await seenBy(role), new Set([3]))
  })

  test('shows a reader only what is granted, to the role itself or to a group it is in', async () => {
    await turn('on')
    assert.deepEqual(await seenBy(reader), new Set([0]))
    await grant(reader, 'one')
    assert.deepEqual(await seenBy(reader), new Set([1]))
    await grant(team, 'two')
    assert.deepEqual(await seenBy(reader), new Set([2]))
    assert.deepEqual(await seenBy(team), new Set([1]))
    assert.deepEqual(await seenBy(stranger), new Set([0]))
  })

  test('shows no row of another account, however it is asked for', async () => {
    await as(team, async (client) => {
      for (const name of readable.filter((name) => name !== 'sync.run_streams')) {
        const { rows } = await client.query(`select account from ${name}`)
        assert.deepEqual(rows, [{ account: 'two' }], name)
        assert.deepEqual((await client.query(`select from ${name} where account = 'one'`)).rows, [])
      }
      const { rows } = await client.query('select account from sync.readable_accounts')
      assert.deepEqual(rows, [{ account: 'two' }])
    })
  })

  for (const statement of [
    'set row_security = off; select from ats.users',
    'alter table ats.users disable row level security',
    'alter policy readers on ats.users using (true)',
    `insert into sync.reader_accounts (role, account) values (current_user, 'one')`,
    'select from sync.reader_accounts',
    `set role gem_ats_sync_worker`,
  ]) {
    test(`is not got round by ${statement}`, async () => {
      await assert.rejects(
        as(stranger, async (client) => {
          await client.query('set session authorization default')
          await client.query(`set session authorization ${stranger}`)
          try {
            await client.query(statement)
          } finally {
            await client.query('reset session authorization')
          }
        }),
        { code: '42501' },
      )
    })
  }

  test('gives nothing to a role that was granted the tables beside it', async () => {
    const other = uniqueName('other').replaceAll('-', '_')
    await owner.query(`create role ${other}`)
    await owner.query(`grant usage on schema ats to ${other}; grant select on ats.users to ${other}`)
    const { rows } = await as(other, (client) => client.query('select from ats.users'))
    assert.deepEqual(rows, [])
    await owner.query(`drop owned by ${other}; drop role ${other}`)
  })

  test('holds neither the worker nor its plans', async () => {
    const counts = await Promise.all(
      readable.map(async (name) => (await worker.query(`select from ${name}`)).rowCount),
    )
    assert.deepEqual(new Set(counts), new Set([3]))
    await worker.query(`update ats.users set first_name = 'Ana' where account = 'one'`)
    const plan = async () =>
      (
        await worker.query(
          `explain (costs off) select * from ats.users where account = 'one' and id = gen_random_uuid()`,
        )
      ).rows
    const on = await plan()
    await turn('off')
    assert.deepEqual(await plan(), on)
    await turn('on')
  })

  test('stays as it is when the tables are brought up to date, for new tables as well', async () => {
    await owner.query('create table ats.newer (account text); grant select on ats.newer to ats_reader')
    await owner.query(`insert into ats.newer values ('one'), ('two')`)
    await turn()
    assert.deepEqual(await seenBy(stranger), new Set([0]))
    const { rows } = await as(team, (client) => client.query('select account from ats.newer'))
    assert.deepEqual(rows, [{ account: 'two' }])
    await owner.query('drop table ats.newer')
  })

  test('stays as it is whatever the owner finds without its schema', async () => {
    await owner.query(`alter database ${database.name} set search_path = sync, ats, public`)
    await turn()
    assert.deepEqual(await seenBy(stranger), new Set([0]))
    await turn('on')
    assert.deepEqual(await seenBy(team), new Set([1]))
    await owner.query(`alter database ${database.name} reset search_path`)
  })

  for (const table of ['ats.candidates', 'sync.runs', 'sync.run_streams']) {
    test(`that was switched off for ${table} alone is neither kept nor lost: it has to be said what is wanted`, async () => {
      await owner.query(`alter table ${table} disable row level security`)
      const before = await states()
      await assert.rejects(turn(), (error: Error) => {
        assert.match(
          error.message,
          new RegExp(`^Row-level security is off for ${table}, and on for ats\\..+--row-level-security on`),
        )
        return error.name === 'UserError'
      })
      assert.deepEqual(await states(), before)
      await turn('on')
      assert.deepEqual(await seenBy(stranger), new Set([0]))
      assert.deepEqual(await seenBy(team), new Set([1]))
    })
  }

  test('that somebody has switched on for one table alone is not switched off', async () => {
    await turn('off')
    await owner.query('alter table ats.users enable row level security')
    await assert.rejects(turn(), /UserError: Row-level security is off for .+, and on for ats\.users: /)
    await turn('on')
    assert.deepEqual(await seenBy(stranger), new Set([0]))
  })

  test('forgets what was granted of an account that is removed', async () => {
    const db = connect(database.workerUrl, { max: 1 })
    await deleteAccount(db, 'two')
    await db.destroy()
    await fill('two')
    assert.deepEqual(await seenBy(team), new Set([0]))
  })

  test('waits for a table no longer than three seconds, and changes nothing then', async () => {
    const client = await owner.connect()
    await client.query('begin; lock table ats.candidates in access share mode')
    await assert.rejects(turn('off'), { code: '55P03' })
    await client.query('rollback')
    client.release()
    assert.deepEqual(await seenBy(stranger), new Set([0]))
  })

  test('is turned off again', async () => {
    await turn('off')
    assert.deepEqual(await seenBy(stranger), new Set([3]))
  })
})
