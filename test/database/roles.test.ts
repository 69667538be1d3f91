import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { tableNames } from '../support/oracle/types.ts'

const tables = tableNames.map((name) => `ats.${name}`)

let database: TestDatabase
let owner: pg.Pool
let worker: pg.Pool
before(async () => {
  database = await createTestDatabase()
  owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 })
  worker = new pg.Pool({ connectionString: database.workerUrl, max: 1 })
})
after(async () => {
  await owner.end()
  await worker.end()
  await database.drop()
})

async function ask<T extends object>(text: string): Promise<T[]> {
  return (await owner.query<T>(text)).rows
}

const refused = { code: '42501' }

describe('the role of the worker', () => {
  test('owns nothing', async () => {
    const owned = await ask(
      `select classid::regclass::text, objid from pg_shdepend
      where refobjid = 'gem_ats_sync_worker'::regrole and deptype = 'o'`,
    )
    assert.deepEqual(owned, [])
  })

  test('is no superuser and member of no other role', async () => {
    const [role] = await ask(
      `select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = 'gem_ats_sync_worker'`,
    )
    assert.deepEqual(new Set(Object.values(role ?? {})), new Set([false]))
    assert.deepEqual(
      await ask(`select from pg_auth_members where member = 'gem_ats_sync_worker'::regrole`),
      [],
    )
  })

  for (const statement of [
    'create table ats.x ()',
    'create table sync.x ()',
    'create schema x',
    'create view ats.x as select 1',
    `create function sync.x() returns int language sql return 1`,
    'create index on ats.users (email)',
    'alter table ats.users add column x text',
    'alter table ats.users disable trigger all',
    'alter table sync.checkpoints drop column lease_epoch',
    `comment on table ats.users is ''`,
    'drop table ats.interviewing_team_members',
    'drop table sync.accounts cascade',
    'drop schema ats cascade',
    'truncate ats.users cascade',
    'create role x',
  ]) {
    test(`cannot ${statement}`, async () => {
      await assert.rejects(worker.query(statement), refused)
    })
  }

  test('reads and writes the rows of every table', async () => {
    const [counts] = await ask<{ all: number; allowed: number }>(
      `select count(*)::int as all, count(*) filter (where
        has_table_privilege('gem_ats_sync_worker', oid, 'select') and has_table_privilege('gem_ats_sync_worker', oid, 'insert')
        and has_table_privilege('gem_ats_sync_worker', oid, 'update') and has_table_privilege('gem_ats_sync_worker', oid, 'delete')
      )::int as allowed
      from pg_class where relkind = 'r' and relnamespace in ('ats'::regnamespace, 'sync'::regnamespace)`,
    )
    assert.ok(counts && counts.all > tables.length)
    assert.equal(counts.allowed, counts.all)
    const id = randomUUID()
    await worker.query(
      `insert into ats.users (account, id, remote_id, changed_at) values ('acme', $1, 'by-worker', now())`,
      [id],
    )
    await worker.query(`update ats.users set first_name = 'Ana' where id = $1`, [id])
    const { rows } = await worker.query('select first_name from ats.users where id = $1', [id])
    assert.deepEqual(rows, [{ first_name: 'Ana' }])
  })
})

describe('the role ats_reader', () => {
  test('may read ats, runs, their streams and the accounts without their keys, and may do nothing else', async () => {
    const found = await ask<{ name: string; may: string }>(
      `select c.oid::regclass::text as name, string_agg(p.name, ' ') as may
      from pg_class c, unnest(array['select', 'insert', 'update', 'delete', 'truncate', 'references', 'trigger']) as p (name)
      where c.relkind in ('r', 'v') and c.relnamespace in ('ats'::regnamespace, 'sync'::regnamespace)
        and has_table_privilege('ats_reader', c.oid, p.name)
      group by 1`,
    )
    const expected = [...tables, ...readable]
    assert.deepEqual(
      found.sort((one, other) => (one.name < other.name ? -1 : 1)),
      expected.sort().map((name) => ({ name, may: 'select' })),
    )
  })

  const readable = ['sync.runs', 'sync.run_streams', 'sync.account_states', 'sync.readable_accounts']

  test('reads them in fact', async () => {
    await asReader(async (client) => {
      for (const name of [...tables, ...readable]) await client.query(`select * from ${name} limit 1`)
    })
  })

  for (const name of ['sync.accounts', 'sync.rejected_records', 'sync.checkpoints', 'sync.reader_accounts']) {
    test(`cannot read ${name}`, async () => {
      await asReader((client) => assert.rejects(client.query(`select from ${name}`), refused))
    })
  }

  test('sees no key in what it may read of accounts', async () => {
    const columns = await ask<{ name: string }>(
      `select attname as name from pg_attribute where attrelid = 'sync.account_states'::regclass and attnum > 0`,
    )
    const names = columns.map(({ name }) => name)
    assert.ok(names.includes('state'))
    assert.deepEqual(
      names.filter((name) => /key|secret/.test(name)),
      [],
    )
  })

  test('cannot write a row', async () => {
    await asReader((client) => assert.rejects(client.query('delete from ats.users'), refused))
  })
})

async function asReader(use: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await owner.connect()
  try {
    await client.query('set role ats_reader')
    await use(client)
  } finally {
    await client.query('reset role')
    client.release()
  }
}
