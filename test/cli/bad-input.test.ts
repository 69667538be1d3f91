import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { sql } from 'kysely'
import { connect, type Db } from '../../src/database/connect.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type CliOptions, ENCRYPTION_KEY, NOBODY, runCli } from './run-cli.ts'
import { API_KEY, SECRET, startToyGem, type ToyGem } from './toy-gem.ts'

let database: TestDatabase
let db: Db
let gem: ToyGem

before(async () => {
  database = await createTestDatabase()
  db = connect(database.workerUrl, { max: 1 })
  gem = await startToyGem()
  const { code } = await runCli(add('there'), { databaseUrl: database.workerUrl, input: API_KEY })
  assert.equal(code, 0)
})
after(async () => {
  await gem[Symbol.asyncDispose]()
  await db.destroy()
  await database.drop()
})

const on = (url: string) => ['--base-url', url, '--allow-insecure-base-url']
const add = (name: string, ...more: string[]) => ['account', 'add', name, ...on(gem.url), ...more]

/** One line on standard error, nothing on standard output, and nothing stored. */
async function refuse(
  args: readonly string[],
  says: RegExp,
  options: CliOptions = {},
  code = 1,
): Promise<void> {
  const before = await stored()
  const result = await runCli(args, { databaseUrl: database.workerUrl, input: `${API_KEY}\n`, ...options })
  assert.deepEqual({ code: result.code, stdout: result.stdout }, { code, stdout: '' }, result.stderr)
  assert.match(result.stderr, /^error: [^\n]+\n$/)
  assert.match(result.stderr, says)
  for (const secret of [API_KEY, SECRET, ENCRYPTION_KEY, 'hush-hush']) {
    assert.equal(result.stderr.includes(secret), false, 'a secret came out')
  }
  assert.deepEqual(await stored(), before)
}

const stored = async () => (await sql<object>`select * from sync.accounts`.execute(db)).rows

test('an unknown account is named', async () => {
  const commands = [
    ['account', 'show', 'nobody'],
    ['account', 'set', 'nobody', 'jobBoard=x'],
    ['account', 'set-key', 'nobody'],
    ['account', 'remove', 'nobody', '--yes'],
    ['status', 'nobody'],
    ['rejected', 'list', 'nobody'],
  ]
  for (const command of commands) await refuse(command, /There is no account nobody/)
})

test('an account that exists is not added again', () => refuse(add('there'), /is an account there already/))

test('a name that cannot be one is refused', () => refuse(add('Not This'), /cannot be an account's name/))

test('a key that Gem refuses is not stored', async () => {
  await refuse(add('acme'), /refuses this key/, { input: 'hush-hush-hush-hush-hush-hush-hush' })
  await refuse(['account', 'set-key', 'there'], /refuses this key/, { input: 'hush-hush-hush' })
})

test('a key that is no key is not sent', async () => {
  const { length } = gem.headers
  await refuse(add('acme'), /Line 1 of standard input must be the API key/, { input: '' })
  await refuse(add('acme'), /Line 1 of standard input must be the API key/, { input: '\n\n' })
  await refuse(add('acme'), /The API key must be/, { input: 'hush-hush and more\n' })
  await refuse(add('acme', '--application-secret'), /Line 2 of standard input must be the application secret/)
  assert.equal(gem.headers.length, length)
})

test('a key that is given as an argument is refused and not repeated', async () => {
  await refuse(add('acme', API_KEY), /never an argument/)
  await refuse(add('acme', `${API_KEY}==`), /no setting of that name/)
  await refuse(add(API_KEY), /The name given cannot be/)
  await refuse(['account', 'set', 'there', API_KEY], /never an argument/)
  await refuse(['account', 'set-key', 'there', API_KEY], /never an argument/, {}, 2)
  await refuse(['account', 'set-key', 'there', '--application-secret', SECRET], /never an argument/, {}, 2)
  await refuse(add('acme', `--api-key=${API_KEY}`), /unknown option '--api-key'/, {}, 2)
  await refuse(['account', API_KEY], /unknown command/, {}, 2)
})

test('a Gem that is out of reach, or is none, is named', async () => {
  const toward = (url: string) => ['account', 'add', 'acme', ...on(url)]
  await refuse(toward(`http://${NOBODY}`), /Gem at 127\.0\.0\.1:1 cannot be reached/)
  await refuse(toward(`${gem.url}/nowhere?x=1`), /must not contain a query/)
  await refuse(['account', 'add', 'acme', '--base-url', gem.url], /--allow-insecure-base-url/)
  await using other = await startToyGem((_, response) => response.writeHead(404).end('<html>'))
  await refuse(toward(other.url), /is not Gem's API/)
})

test('a database that is out of reach, or is not ready, is named without its password', async () => {
  const lists = (databaseUrl: string, says: RegExp) => refuse(['account', 'list'], says, { databaseUrl })
  const changed = (change: (url: URL) => void) => {
    const url = new URL(database.workerUrl)
    change(url)
    return url.href
  }
  await lists(
    `postgres://me:hush-hush@${NOBODY}/ats`,
    /PostgreSQL at 127\.0\.0\.1:1\/ats cannot be reached \(ECONNREFUSED\)/,
  )
  await lists(
    changed((url) => {
      url.password = 'hush-hush'
    }),
    /refuses the user name or password/,
  )
  await lists(
    changed((url) => {
      url.pathname = '/nothing'
    }),
    /has no such database/,
  )
  await lists('hush-hush', /DATABASE_URL must be/)
  const empty = await createEmptyDatabase()
  await lists(empty.ownerUrl, /gem-ats-sync migrate/)
  await empty.drop()
})

test('without a database both ways to name one are said', () =>
  refuse(['account', 'list'], /set DATABASE_URL.*npm start/, { env: { DATABASE_URL: '' } }))

test('a bad setting is named, and what would be right', async () => {
  await refuse(add('acme', 'rate.burst=many'), /rate\.burst must be a whole number from 1 to 10000/)
  await refuse(add('acme', 'rate.brust=1'), /did you mean rate\.burst/)
  await refuse(['account', 'set', 'there', 'jobBoard=acme', 'models=none'], /models must be/)
})

test('an encryption key that is missing or wrong is named', async () => {
  await refuse(add('acme'), /no encryption key/, { env: { GEM_ATS_SYNC_ENCRYPTION_KEY: '' } })
  await refuse(add('acme'), /GEM_ATS_SYNC_ENCRYPTION_KEY must be base64/, {
    env: { GEM_ATS_SYNC_ENCRYPTION_KEY: 'hush-hush' },
  })
})

test('a misspelt variable is named', () =>
  refuse(['account', 'list'], /GEM_ATS_SYNC_DATADIR.*GEM_ATS_SYNC_DATA_DIR/, {
    env: { GEM_ATS_SYNC_DATADIR: 'x' },
  }))

test('wrong usage has an exit code of its own', async () => {
  await refuse(['acount'], /unknown command 'acount' \(Did you mean account\?\)/, {}, 2)
  await refuse(['account', 'show'], /missing required argument/, {}, 2)
  await refuse(['account', 'set', 'there'], /missing required argument/, {}, 2)
})

test('help and the version are no errors, and need no environment', async () => {
  for (const args of [['--help'], ['--version'], ['account', 'add', '--help'], ['help', 'account']]) {
    const { code, stdout, stderr } = await runCli(args, { env: { GEM_ATS_SYNC_ENCRYPTION_KEY: '' } })
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    assert.ok(stdout.length > 0)
  }
})

test('DEBUG=gem-ats-sync adds where an error comes from', async () => {
  const { stderr } = await runCli(['account', 'show', 'nobody'], {
    databaseUrl: database.workerUrl,
    env: { DEBUG: 'gem-ats-sync' },
  })
  assert.match(stderr, /\n {4}at /)
})
