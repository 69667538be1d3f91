import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import pg from 'pg'
import { migrate } from '../../src/database/migrate.ts'
import { newestVersion } from '../../src/database/server-version.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { testStack } from '../support/stack.ts'
import { waitsForLock } from '../support/waits-for-lock.ts'

/** Everything that a migration makes, with the transaction that made it. */
async function fingerprint(url: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select c.oid::regclass::text as name, c.oid, c.xmin::text, a.attname, a.xmin::text as column_xmin
      from pg_class c left join pg_attribute a on a.attrelid = c.oid
      where c.relnamespace in ('ats'::regnamespace, 'sync'::regnamespace) order by 1, 4`,
    )
    return rows
  } finally {
    await client.end()
  }
}

describe('migrating', () => {
  const names = ['0001-ats-tables', '0002-sync-tables', '0003-roles']
  const { workerPassword } = testStack()

  test('a second time does nothing', async () => {
    await using empty = await createEmptyDatabase()
    const first = await migrate({ databaseUrl: empty.ownerUrl, workerPassword })
    assert.deepEqual(first.slice(0, names.length), names)
    const made = await fingerprint(empty.ownerUrl)
    assert.deepEqual(await migrate({ databaseUrl: empty.ownerUrl, workerPassword }), [])
    assert.deepEqual(await fingerprint(empty.ownerUrl), made)
  })

  test('refuses a server that is too old, in one line and before anything is made', async () => {
    await using empty = await createEmptyDatabase()
    await assert.rejects(
      migrate({ databaseUrl: empty.ownerUrl, oldestVersion: newestVersion + 1 }),
      /^UserError: PostgreSQL \d+\.\d+ is too old: gem-ats-sync needs PostgreSQL .+$/,
    )
    const client = new pg.Client({ connectionString: empty.ownerUrl })
    await client.connect()
    const { rows } = await client.query(`select from pg_namespace where nspname in ('ats', 'sync')`)
    await client.end()
    assert.deepEqual(rows, [])
  })

  test('side by side succeeds for all, and each migration runs once', async () => {
    await using empty = await createEmptyDatabase()
    const all = Array.from({ length: 4 }, () => migrate({ databaseUrl: empty.ownerUrl, workerPassword }))
    const ran = (await Promise.all(all)).flat()
    assert.deepEqual(ran.slice(0, names.length), names)
    assert.equal(new Set(ran).size, ran.length)
  })

  test('waits for another one that lets the worker log in, although two databases share the role', async () => {
    await using stack = new AsyncDisposableStack()
    const one = stack.use(await createEmptyDatabase())
    const other = stack.use(await createEmptyDatabase())
    await migrate({ databaseUrl: one.ownerUrl })
    await migrate({ databaseUrl: other.ownerUrl })
    const client = stack.adopt(new pg.Client({ connectionString: other.ownerUrl }), (open) => open.end())
    await client.connect()
    await client.query('begin')
    await client.query(`comment on role gem_ats_sync_worker is ''`)
    await client.query(`alter role gem_ats_sync_worker password '${workerPassword}'`)
    const migrating = migrate({ databaseUrl: one.ownerUrl, workerPassword })
    await waitsForLock(other.ownerUrl, one.name)
    await client.query('commit')
    assert.deepEqual(await migrating, [])
  })
})
