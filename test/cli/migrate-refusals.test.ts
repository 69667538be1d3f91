import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { createEmptyDatabase, type TestDatabase } from '../support/database.ts'
import { startPlaintextOnly } from '../support/plaintext-only.ts'
import { testStack } from '../support/stack.ts'
import { runCli } from './run-cli.ts'

const { postgresUrl } = testStack()
const WORKER_PASSWORD = 'hush-hush'

let superuser: pg.Client
before(async () => {
  superuser = new pg.Client({ connectionString: postgresUrl })
  await superuser.connect()
})
after(() => superuser.end())

const name = (what: string) => `${what}_${randomBytes(6).toString('hex')}`

const migrate = (url: string, password: string | null = WORKER_PASSWORD, ...args: string[]) =>
  runCli(['migrate', ...args], {
    env: {
      GEM_ATS_SYNC_OWNER_DATABASE_URL: url,
      ...(password === null ? {} : { GEM_ATS_SYNC_WORKER_PASSWORD: password }),
    },
  })

/** Refused in one line, and nothing of ours is in the database. */
async function assertRefused(run: ReturnType<typeof migrate>, ownerUrl: string, says: RegExp): Promise<void> {
  const { code, stdout, stderr } = await run
  assert.deepEqual([code, stdout], [1, ''], stderr)
  assert.match(stderr, /^error: [^\n]+\n$/)
  assert.match(stderr, says)
  assert.equal(stderr.includes('hush'), false)
  assert.deepEqual(await schemasIn(ownerUrl), [])
}

async function schemasIn(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ nspname: string }>(
    `select nspname from pg_namespace where nspname in ('ats', 'sync') order by 1`,
  )
  await client.end()
  return rows.map(({ nspname }) => nspname)
}

/** Somebody who may do what is named, with a URL of the database. */
async function createOwner(database: TestDatabase, rights: string) {
  const role = name('owner')
  await superuser.query(`create role ${role} login password '${WORKER_PASSWORD}' ${rights}`)
  const url = Object.assign(new URL(database.ownerUrl), { username: role, password: WORKER_PASSWORD })
  return { role, url: url.href }
}

describe('migrate, before its first statement', () => {
  for (const encoding of ['SQL_ASCII', 'LATIN1'])
    test(`refuses a database in ${encoding}`, async () => {
      const database = name('test')
      await superuser.query(
        `create database ${database} encoding '${encoding}' locale_provider libc locale 'C' template template0`,
      )
      const url = Object.assign(new URL(postgresUrl), { pathname: `/${database}` }).href
      const says = new RegExp(
        `Database ${database} is encoded in ${encoding}, .*ENCODING 'UTF8' TEMPLATE template0`,
      )
      await assertRefused(migrate(url), url, says)
      await superuser.query(`drop database ${database} with (force)`)
    })

  test('says who owns a worker role that a second owner in the cluster may not change, and goes on without', async () => {
    await using database = await createEmptyDatabase()
    const { role, url } = await createOwner(database, 'createrole')
    await superuser.query(`alter database ${database.name} owner to ${role}`)
    const says = new RegExp(
      `gem_ats_sync_worker is there already, .* ${role} may not set its password; leave GEM_ATS_SYNC_WORKER_PASSWORD out .*GRANT gem_ats_sync_worker TO ${role} WITH ADMIN OPTION`,
    )
    await assertRefused(migrate(url), database.ownerUrl, says)
    const { code, stderr } = await migrate(url, null)
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.deepEqual(await schemasIn(url), ['ats', 'sync'])
    await superuser.query(`alter database ${database.name} owner to postgres`)
    await database.drop()
    await superuser.query(`drop role ${role}`)
  })

  test('says which right a role lacks', async () => {
    await using database = await createEmptyDatabase()
    const { role, url } = await createOwner(database, '')
    const says = new RegExp(
      `${role} may not create schemas in ${database.name}; as its owner: GRANT CREATE ON`,
    )
    await assertRefused(migrate(url, null), database.ownerUrl, says)
    await superuser.query(`drop role ${role}`)
  })

  test("leaves somebody else's tables alone", async () => {
    await using database = await createEmptyDatabase()
    const client = new pg.Client({ connectionString: database.ownerUrl })
    await client.connect()
    await client.query('create schema ats; create table ats.users (id int)')
    await client.end()
    const { code, stderr } = await migrate(database.ownerUrl)
    assert.equal(code, 1)
    assert.match(stderr, /^error: Database \S+ has a ats\.users that is not gem-ats-sync's; [^\n]+\n$/)
    assert.deepEqual(await schemasIn(database.ownerUrl), ['ats'])
  })
})

describe('a server that takes only plaintext passwords', () => {
  test('is migrated wholly or not at all, with the password itself where that is asked for', async () => {
    await using parts = new AsyncDisposableStack()
    const database = parts.use(await createEmptyDatabase())
    const { url } = parts.use(await startPlaintextOnly(database.ownerUrl))
    // The tests' own, which the others go on with.
    const { workerPassword } = testStack()
    await assertRefused(
      migrate(url, workerPassword),
      database.ownerUrl,
      /\(XX000\) does not take the worker's password as a SCRAM verifier; gem-ats-sync migrate --plaintext-password/,
    )
    const { code, stderr } = await migrate(url, workerPassword, '--plaintext-password')
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    const list = await runCli(['account', 'list', '--json'], { databaseUrl: database.workerUrl })
    assert.deepEqual(list, { code: 0, stdout: '[]\n', stderr: '' })
  })

  for (const query of ['', '?sslmode=disable', '?sslmode=no-verify', '?sslmode=require&uselibpqcompat=true'])
    test(`is sent none over a connection that others may read (${query})`, async () => {
      const url = `postgres://owner:hush-hush@db.invalid/ats${query}`
      const { code, stderr } = await migrate(url, WORKER_PASSWORD, '--plaintext-password')
      assert.equal(code, 1)
      assert.match(stderr, /^error: --plaintext-password needs TLS to the server: [^\n]+\n$/)
    })
})
