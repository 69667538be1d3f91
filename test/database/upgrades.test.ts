/** What docs/operations.md promises of upgrades: migrations run while the workers of the version before work. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import pg from 'pg'
import { connect, type Db } from '../../src/database/connect.ts'
import { migrate, migratorOf } from '../../src/database/migrate.ts'
import { migrations } from '../../src/database/migrations/index.ts'
import { createEmptyDatabase } from '../support/database.ts'
import { waitsForLock } from '../support/waits-for-lock.ts'
import { addedDemands, readContract, takenAway } from './schema-contract.ts'

const names = Object.keys(migrations)
/** The first version's: there were no workers before it. */
const first = '0003-roles'
const later = names.slice(names.indexOf(first) + 1)

async function migrateTo(db: Db, name: string): Promise<void> {
  const { error } = await migratorOf(db).migrateTo(name)
  if (error !== undefined) throw error
}

/** A database of the first version, and a session of somebody who uses it. */
async function openOld() {
  const stack = new AsyncDisposableStack()
  const { ownerUrl, name } = stack.use(await createEmptyDatabase())
  const db = stack.use(connect(ownerUrl, { max: 1 }))
  await migrateTo(db, first)
  const user = stack.adopt(new pg.Client({ connectionString: ownerUrl }), (open) => open.end())
  await user.connect()
  await user.query(`insert into sync.accounts (account, base_url, settings, state, encryption_key_id, api_key)
    values ('acme', 'https://gem.example.com', '{}', 'ACTIVE', '0', '')`)
  return { ownerUrl, name, db, user, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

describe('the workers of the version before', () => {
  for (const name of later) {
    test(`find all that they use, and may write as they did, after ${name}`, async () => {
      await using empty = await createEmptyDatabase()
      await using db = connect(empty.ownerUrl, { max: 1 })
      await migrateTo(db, names[names.indexOf(name) - 1] ?? first)
      const before = await readContract(db)
      await migrateTo(db, name)
      const after = await readContract(db)
      assert.deepEqual(takenAway(before, after), [])
      assert.deepEqual(addedDemands(before, after), [])
    })
  }
})

describe('an upgrade', () => {
  test('waits for a page that is being committed', { timeout: 60_000 }, async () => {
    await using old = await openOld()
    await old.user.query('begin')
    await old.user.query(`select from sync.accounts where account = 'acme' for no key update`)
    const upgrade = migrate({ databaseUrl: old.ownerUrl })
    await waitsForLock(old.ownerUrl, old.name)
    await old.user.query('commit')
    assert.deepEqual(await upgrade, later)
  })

  test('gives way to a reader who takes long, changes nothing, and works once he has ended', {
    timeout: 60_000,
  }, async () => {
    await using old = await openOld()
    await old.user.query('begin')
    await old.user.query('select * from sync.account_states')
    await assert.rejects(migrate({ databaseUrl: old.ownerUrl }), { code: '55P03' })
    const done = await migratorOf(old.db).getMigrations()
    assert.deepEqual(
      done.filter(({ executedAt }) => executedAt === undefined).map(({ name }) => name),
      later,
    )
    await old.user.query('commit')
    assert.deepEqual(await migrate({ databaseUrl: old.ownerUrl }), later)
  })
})
