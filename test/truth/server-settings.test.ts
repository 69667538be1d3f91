import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import pg from 'pg'
import { connect } from '../../src/database/connect.ts'
import { migrate } from '../../src/database/migrate.ts'
import { newestVersion } from '../../src/database/server-version.ts'
import { runStatement } from '../../src/embedded/postgres-query.ts'
import { runCli } from '../cli/run-cli.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type RunningTestServer, startTestServer } from '../support/postgres-server.ts'
import { takeItsCourse } from './course.ts'

/** What somebody may have set for reasons of their own. Time-outs are short, and long enough for a connection to be made. */
const hostile: Record<string, string> = {
  timezone: 'Asia/Kathmandu',
  datestyle: 'German',
  intervalstyle: 'sql_standard',
  client_encoding: 'LATIN1',
  search_path: 'sync, ats, public',
  default_transaction_isolation: 'serializable',
  default_transaction_read_only: 'on',
  default_transaction_deferrable: 'on',
  quote_all_identifiers: 'on',
  standard_conforming_strings: 'off',
  array_nulls: 'off',
  transform_null_equals: 'on',
  bytea_output: 'escape',
  extra_float_digits: '-15',
  row_security: 'off',
  exit_on_error: 'on',
  session_replication_role: 'replica',
  statement_timeout: '2s',
  lock_timeout: '3s',
  transaction_timeout: '4s',
  idle_in_transaction_session_timeout: '5s',
  idle_session_timeout: '6s',
}

const setting = (target: string) =>
  Object.entries(hostile).map(([name, value]) => {
    const list = name === 'search_path' ? value : `'${value}'`
    return `alter ${target} set ${name} = ${list}`
  })

/** Settings of the connection itself: stronger than those of database and role. */
function withOptions(url: string, options: Record<string, string>): string {
  const result = new URL(url)
  const words = Object.entries(options).map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
  result.searchParams.set('options', words.join(' '))
  return result.href
}

const setBy: Record<string, (database: string) => readonly string[]> = {
  'the database': (name) => setting(`database ${name}`),
  'the role': () => setting('role gem_ats_sync_worker'),
  'the role in this database': (name) => setting(`role gem_ats_sync_worker in database ${name}`),
}

let running: RunningTestServer
/** The same settings as they are by default: for what the test itself looks at. */
let usual: Record<string, string>

before(async () => {
  running = await startTestServer(newestVersion)
  const { postgresUrl } = running.server
  // Else it stays as it is: only superusers may change it.
  await runStatement(postgresUrl, 'grant set on parameter session_replication_role to gem_ats_sync_worker')
  const client = new pg.Client({ connectionString: postgresUrl })
  await client.connect()
  const { rows } = await client.query('select name, reset_val from pg_settings where lower(name) = any($1)', [
    Object.keys(hostile),
  ])
  await client.end()
  usual = Object.fromEntries(rows.map(({ name, reset_val }) => [String(name), String(reset_val)]))
})
after(() => running.stop())
afterEach(() => runStatement(running.server.postgresUrl, 'alter role gem_ats_sync_worker reset all'))

/** A database where these are set before the tables are made. */
async function databaseWhere(statementsFor: (name: string) => readonly string[]): Promise<TestDatabase> {
  const database = await createEmptyDatabase(running.server)
  for (const statement of statementsFor(database.name))
    await runStatement(running.server.postgresUrl, statement)
  await migrate({ databaseUrl: database.ownerUrl })
  return { ...database, ownerUrl: withOptions(database.ownerUrl, usual) }
}

async function settingsOf(url: string): Promise<Record<string, string>> {
  await using db = connect(url, { max: 1 })
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings order by name`.execute(db)
  return Object.fromEntries(rows.map(({ name, setting: value }) => [name, value]))
}

describe('what somebody has set for a connection changes nothing of what the product relies on', () => {
  for (const [who, statementsFor] of Object.entries(setBy)) {
    test(`by ${who}`, async () => {
      await using plain = await createTestDatabase(running.server)
      const expected = await settingsOf(plain.workerUrl)
      await using database = await databaseWhere(statementsFor)
      assert.deepEqual(await settingsOf(database.workerUrl), expected)
    })
  }

  test('by the URL', async () => {
    await using plain = await createTestDatabase(running.server)
    const expected = await settingsOf(plain.workerUrl)
    assert.deepEqual(await settingsOf(withOptions(plain.workerUrl, hostile)), expected)
  })
})

describe('a first sync, a delta, a full sync and retention leave what they should under settings', () => {
  for (const [who, statementsFor] of Object.entries(setBy)) {
    test(`of ${who}`, async () => {
      await using database = await databaseWhere(statementsFor)
      await takeItsCourse(database, () => showsWhenRunsWere(database))
    })
  }

  test('of the URL', async () => {
    await using database = await databaseWhere(() => [])
    await takeItsCourse({ ...database, workerUrl: withOptions(database.workerUrl, hostile) })
  })
})

async function showsWhenRunsWere({ workerUrl }: TestDatabase): Promise<void> {
  const { stdout } = await runCli(['runs', '--json'], { databaseUrl: workerUrl })
  const runs = JSON.parse(stdout) as { started_at: unknown; finished_at: unknown }[]
  assert.ok(runs.length > 0)
  for (const { started_at, finished_at } of runs)
    for (const time of [started_at, finished_at]) assert.match(String(time), /^20\d\d-/)
}
