import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, before, beforeEach, describe, test } from 'node:test'
import { msToTs } from '@temporalio/common/lib/time.js'
import { sql } from 'kysely'
import { insertAccount, setAccountState } from '../../src/accounts/account-store.ts'
import { applyAssignments } from '../../src/accounts/assignments.ts'
import { parseEncryptionKey } from '../../src/accounts/encryption.ts'
import { versionFinding } from '../../src/cli/doctor/database-checks.ts'
import { connect, type Db } from '../../src/database/connect.ts'
import { noteRefusal } from '../../src/database/rate-limit.ts'
import { startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts'
import { startHotStandby } from '../support/standby.ts'
import { connectTestTemporal, type TestTemporal, uniqueName } from '../support/temporal.ts'
import { startTransactionPooler } from '../support/transaction-pooler.ts'
import {
  environmentOf,
  ENCRYPTION_KEY as OTHER_KEY,
  startAccount,
  startReadyWorker,
} from '../worker/worker-under-test.ts'
import { ENCRYPTION_KEY, NOBODY, runCli } from './run-cli.ts'
import { API_KEY, OTHER_API_KEY, startToyGem, type ToyGem } from './toy-gem.ts'

interface Checked {
  readonly check: string
  readonly state: 'ok' | 'warn' | 'fail' | 'skipped'
  readonly found: string
  readonly remedy: string | null
}

let database: TestDatabase
let db: Db
let temporal: TestTemporal
let gem: ToyGem
before(async () => {
  database = await createTestDatabase()
  db = connect(database.workerUrl, { max: 1 })
  temporal = await connectTestTemporal()
  gem = await startToyGem()
})
after(async () => {
  await gem[Symbol.asyncDispose]()
  await temporal.close()
  await db.destroy()
  await database.drop()
})
beforeEach(() => sql`delete from sync.accounts`.execute(db))

/** What the checks found, by their names. The exit code has to agree with them, and no secret may come out. */
async function examine(env: Record<string, string> = {}, ...args: string[]) {
  const here = {
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
    GEM_ATS_SYNC_TASK_QUEUE: temporal.taskQueue,
  }
  const { code, stdout, stderr } = await runCli(['doctor', '--json', ...args], {
    databaseUrl: database.workerUrl,
    env: { ...here, ...env },
  })
  const password = new URL(database.workerUrl).password
  for (const secret of [API_KEY, OTHER_API_KEY, ENCRYPTION_KEY, OTHER_KEY, password, 'hush-hush'])
    assert.equal(`${stdout}${stderr}`.includes(secret), false, 'a secret came out')
  assert.equal(stderr, '')
  const { result, checks } = JSON.parse(stdout) as { result: string; checks: Checked[] }
  const states = checks.map(({ state }) => state)
  assert.equal(result, states.includes('fail') ? 'fail' : states.includes('warn') ? 'warn' : 'ok')
  assert.equal(code, result === 'fail' ? 1 : 0)
  for (const { found, remedy } of checks) assert.doesNotMatch(`${found} ${remedy}`, /\n|\s+at .*:\d+:\d+/)
  const byName = Object.fromEntries(checks.map((checked) => [checked.check, checked]))
  return {
    result,
    byName,
    /** Names of the checks in that state. */
    in: (state: Checked['state']) =>
      checks.filter((checked) => checked.state === state).map(({ check }) => check),
  }
}

async function addAccount(settings: readonly string[] = [], apiKey = API_KEY): Promise<string> {
  const current = parseEncryptionKey(ENCRYPTION_KEY)
  assert.ok(current)
  const account = uniqueName('acme')
  await insertAccount(
    db,
    { current, others: [] },
    {
      ...{ account, apiKey, applicationSecret: null, baseUrl: gem.url, allowInsecureBaseUrl: true },
      settings: applyAssignments({}, settings),
    },
  )
  return account
}

describe('a set-up that works', () => {
  test('is all right, down to the key of an account', async () => {
    await using parts = new AsyncDisposableStack()
    const own = parts.use(await connectTestTemporal())
    const fresh = parts.use(await createTestDatabase())
    const simulated = parts.adopt(await startSimulatedGem({ candidates: 50, rate: null }), (running) =>
      running.close(),
    )
    const env = environmentOf(fresh.workerUrl, own)
    const worker = parts.use(await startReadyWorker(env))
    const { account, handle } = await startAccount(fresh.workerUrl, own, simulated)
    parts.defer(async () => {
      await handle.terminate()
    })
    await worker.line('sync ended')
    const { result, byName } = await examine(env, account)
    assert.deepEqual(
      Object.entries(byName).filter(([, { state }]) => state !== 'ok'),
      [],
    )
    assert.equal(result, 'ok')
    assert.match(String(byName.database?.found), /^PostgreSQL 18\.\d+ at 127\.0\.0\.1:\d+\/test_\w+, /)
    assert.match(String(byName.worker?.found), new RegExp(`^1 on task queue ${own.taskQueue}: \\d+@`))
    assert.equal(byName.workflows?.found, 'all 1 accounts have theirs running')
    assert.equal(byName.gem?.found, 'takes the keys of 1 accounts')
    const { stdout } = await runCli(['doctor'], { databaseUrl: fresh.workerUrl, env })
    assert.match(stdout, /^ok {7}environment +set: DATABASE_URL, .*\nok {7}database +PostgreSQL 18/)
    assert.match(stdout, /\n\n20 ok, 0 to look at, 0 failed, 0 skipped\n$/)
  })
})

describe('what is away', () => {
  test('no worker: nobody asks for tasks', async () => {
    const account = await addAccount()
    const { byName, in: inState } = await examine()
    assert.deepEqual([inState('fail'), inState('skipped')], [['worker'], ['clock of Temporal']])
    assert.match(String(byName.worker?.remedy), /^start one: npm run worker; /)
    assert.match(
      String(byName.workflows?.remedy),
      new RegExp(`^start it: temporal workflow start .* --workflow-id gem-account-${account} `),
    )
    assert.deepEqual(inState('warn'), ['workflows'])
  })

  test('the database: what needs it is skipped, the rest is looked at', async () => {
    const { byName, in: inState } = await examine({ DATABASE_URL: `postgres://me:hush-hush@${NOBODY}/ats` })
    assert.deepEqual(inState('fail'), ['database', 'worker'])
    assert.match(
      String(byName.database?.found),
      /^PostgreSQL at 127\.0\.0\.1:1\/ats cannot be reached \(ECONNREFUSED\)/,
    )
    assert.equal(byName.tables?.found, 'needs: database')
    assert.equal(byName.rights?.found, 'needs: tables')
    assert.deepEqual([byName.session?.state, byName.writes?.state], ['skipped', 'skipped'])
    assert.deepEqual(inState('ok'), [
      'environment',
      'encryption key',
      'temporal',
      'namespace',
      'search attributes',
    ])
  })

  test('Temporal: what needs it is skipped, the rest is looked at', async () => {
    await addAccount()
    const { byName, in: inState } = await examine({ TEMPORAL_ADDRESS: NOBODY })
    assert.deepEqual(inState('fail'), ['temporal'])
    assert.match(String(byName.temporal?.found), /^Temporal at 127\.0\.0\.1:1 gives no answer/)
    assert.match(String(byName.temporal?.remedy), /TEMPORAL_ADDRESS/)
    assert.deepEqual(inState('skipped'), [
      'namespace',
      'search attributes',
      'worker',
      'clock of Temporal',
      'workflows',
    ])
    assert.equal(byName.tables?.state, 'ok')
  })

  test('servers that take connections and never answer: each check comes to an end', async () => {
    const silent = createServer((socket) => socket.on('error', () => {}).resume()).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = `127.0.0.1:${(silent.address() as AddressInfo).port}`
    const { byName, in: inState } = await examine({
      DATABASE_URL: `postgres://me:hush-hush@${address}/ats`,
      TEMPORAL_ADDRESS: address,
    })
    assert.deepEqual(inState('fail'), ['database', 'temporal'])
    assert.match(String(byName.database?.found), /cannot be reached|no answer within/)
    silent.close()
    await once(silent, 'close')
  })

  test('the namespace: it is named, with how to make it', async () => {
    const { byName, in: inState } = await examine({ TEMPORAL_NAMESPACE: 'nowhere' })
    assert.deepEqual(inState('fail'), ['namespace'])
    assert.match(String(byName.namespace?.remedy), /temporal operator namespace create --namespace nowhere$/)
  })

  test('the search attributes: with how to make them', async () => {
    const namespace = uniqueName('namespace')
    const workflowExecutionRetentionPeriod = msToTs('1 day')
    await temporal.client.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod })
    const { byName } = await examine({ TEMPORAL_NAMESPACE: namespace })
    assert.equal(byName['search attributes']?.state, 'warn')
    assert.match(
      String(byName['search attributes']?.remedy),
      /--namespace namespace-\w+ --name GemAccount --type Keyword && .*--name GemSyncState /,
    )
  })

  test('the tables: gem-ats-sync migrate', async () => {
    await using empty = await createEmptyDatabase()
    const { byName, in: inState } = await examine({ DATABASE_URL: empty.ownerUrl })
    assert.deepEqual(inState('fail'), ['tables', 'worker'])
    assert.match(String(byName.tables?.found), /^not run yet: 0001-ats-tables, /)
    assert.equal(byName.tables?.remedy, 'run gem-ats-sync migrate')
  })
})

describe('what is wrong', () => {
  test('the version of PostgreSQL: too old fails in one line, newer than those tested is worth a look', () => {
    const finding = (name: string) =>
      versionFinding({ major: Number.parseInt(name, 10), name }, `PostgreSQL ${name} at db:5432/ats`)
    assert.deepEqual(finding('15.18'), {
      state: 'fail',
      found: 'PostgreSQL 15.18 is too old: gem-ats-sync needs PostgreSQL 16 to 18',
      remedy: 'move to PostgreSQL 18',
    })
    for (const name of ['16.0', '17.10', '18.4']) assert.equal(finding(name).state, 'ok', name)
    assert.equal(finding('19.0').state, 'warn')
  })

  test('the environment: the variable is named, and nothing else is looked at', async () => {
    const { byName, in: inState } = await examine({ GEM_ATS_SYNC_LOG_LEVL: 'hush-hush' })
    assert.match(
      String(byName.environment?.found),
      /GEM_ATS_SYNC_LOG_LEVL; did you mean GEM_ATS_SYNC_LOG_LEVEL\?/,
    )
    assert.deepEqual([inState('fail'), inState('ok'), inState('warn')], [['environment'], [], []])
  })

  test('the environment: a variable that this version does not know is a warning, and all else is looked at', async () => {
    const { byName, in: inState } = await examine({
      GEM_ATS_SYNC_WHATEVER: 'hush-hush',
      GEM_ATS_SYNC_SERVICE_HOST: '10.0.0.1',
    })
    assert.deepEqual([inState('warn'), inState('fail')], [['environment', 'accounts'], ['worker']])
    assert.match(String(byName.environment?.found), /; GEM_ATS_SYNC_WHATEVER is ignored: this version has no/)
    assert.doesNotMatch(String(byName.environment?.found), /SERVICE_HOST/)
  })

  test('the encryption key: the accounts that it does not open are named, with the key that does', async () => {
    const account = await addAccount()
    const { byName, in: inState } = await examine({ GEM_ATS_SYNC_ENCRYPTION_KEY: OTHER_KEY })
    const right = parseEncryptionKey(ENCRYPTION_KEY)?.id
    assert.deepEqual(inState('fail'), ['stored keys', 'worker'])
    assert.equal(byName['stored keys']?.found, `those of ${account} cannot be opened`)
    assert.match(
      String(byName['stored keys']?.remedy),
      new RegExp(`encrypted with key ${right}, .* in GEM_ATS_SYNC_ENCRYPTION_KEY`),
    )
    const none = await examine({ GEM_ATS_SYNC_ENCRYPTION_KEY: '' })
    assert.deepEqual(none.in('fail'), ['encryption key', 'worker'])
    assert.equal(none.byName['stored keys']?.state, 'skipped')
    const ring = await examine({
      GEM_ATS_SYNC_ENCRYPTION_KEY: OTHER_KEY,
      GEM_ATS_SYNC_PREVIOUS_ENCRYPTION_KEYS: ENCRYPTION_KEY,
    })
    assert.equal(ring.byName['stored keys']?.found, 'all 1 can be opened, 1 by an earlier key')
  })

  test('the rights: an owner could drop the tables, and a stranger cannot read them', async () => {
    const { byName } = await examine({ DATABASE_URL: database.ownerUrl })
    assert.equal(byName.rights?.state, 'warn')
    assert.match(String(byName.rights?.remedy), /gem_ats_sync_worker/)
    const owner = connect(database.ownerUrl, { max: 1 })
    const role = uniqueName('reader').replace('-', '_')
    await sql`create role ${sql.id(role)} login password 'hush-hush' in role ats_reader`.execute(owner)
    const url = Object.assign(new URL(database.ownerUrl), { username: role, password: 'hush-hush' })
    const stranger = await examine({ DATABASE_URL: url.href })
    await sql`drop role ${sql.id(role)}`.execute(owner)
    await owner.destroy()
    assert.equal(stranger.byName.tables?.state, 'fail')
    assert.match(String(stranger.byName.tables?.found), /permission denied/)
  })

  test('the database: a standby cannot be written', async () => {
    await using standby = await startHotStandby()
    const { byName, in: inState } = await examine({ DATABASE_URL: standby.url })
    assert.deepEqual(inState('fail'), ['writes', 'worker'])
    assert.match(
      String(byName.writes?.found),
      /is read-only \(cannot execute INSERT in a read-only transaction\); point the database URL at the primary/,
    )
  })

  test('the database: a pooler in transaction mode keeps no session', async () => {
    await using pooler = await startTransactionPooler(database.workerUrl)
    const { byName } = await examine({ DATABASE_URL: pooler.url })
    assert.equal(byName.session?.state, 'fail')
    assert.match(String(byName.session?.remedy), /PostgreSQL itself, or at a pooler in session mode/)
  })

  test('the pool: too small for the activities, or larger than the server', async () => {
    const small = await examine({ GEM_ATS_SYNC_DATABASE_POOL_SIZE: '5' })
    assert.deepEqual(
      [small.byName.connections?.state, small.byName.connections?.found.includes('20 activities')],
      ['warn', true],
    )
    const large = await examine({ GEM_ATS_SYNC_DATABASE_POOL_SIZE: '1000' })
    assert.equal(large.byName.connections?.state, 'fail')
  })

  test('an account: Gem refuses its key, or two of one key are too fast together', async () => {
    const first = await addAccount(['rate.requestsPerSecond=15'])
    const second = await addAccount(['rate.requestsPerSecond=10'])
    await addAccount(['rate.requestsPerSecond=20'], OTHER_API_KEY)
    await setAccountState(db, second, 'NEEDS_CREDENTIALS', 'Gem refuses the API key')
    const { byName, in: inState } = await examine()
    assert.deepEqual(inState('warn'), ['accounts', 'rates', 'workflows'])
    assert.equal(byName.accounts?.remedy, `gem-ats-sync account set-key ${second}`)
    const both = [first, second].sort().join(', ')
    assert.match(
      String(byName.rates?.found),
      new RegExp(`^${both} have one API key, and together may call Gem 25 times a second`),
    )
  })
})

describe('the keys at Gem', () => {
  test('are not tried unless asked, one by name, or all', async () => {
    const [first] = [await addAccount(), await addAccount()]
    const calls = async (...args: string[]) => {
      const { length } = gem.headers
      const { byName } = await examine({}, ...args)
      return [gem.headers.length - length, byName.gem?.found]
    }
    assert.deepEqual(await calls(), [0, undefined])
    assert.deepEqual(await calls(first), [1, 'takes the keys of 1 accounts'])
    assert.deepEqual(await calls('--gem'), [2, 'takes the keys of 2 accounts'])
    const { byName } = await examine({}, 'nobody')
    assert.deepEqual([byName.gem?.state, byName.gem?.found], ['fail', 'there is no account nobody'])
  })

  test('that do not work are named with the reason', async () => {
    await addAccount()
    const refused = await addAccount([], 'hush-hush')
    const { byName } = await examine({}, '--gem')
    assert.equal(byName.gem?.found, `1 of 2 keys do not work: ${refused}`)
    assert.match(String(byName.gem?.remedy), new RegExp(`^${refused}: Gem at .* refuses this key`))
  })

  test('are warned of where Gem has asked for a pause of more than a day, with what lifts it', async () => {
    await noteRefusal(db, await addAccount(), { pauseMs: 3_600_000, learned: null })
    assert.equal((await examine()).byName.pauses?.state, 'ok')
    const account = await addAccount()
    await noteRefusal(db, account, { pauseMs: 57 * 365 * 86_400_000, learned: null })
    const { pauses } = (await examine()).byName
    assert.equal(pauses?.state, 'warn')
    assert.match(
      String(pauses?.found),
      new RegExp(`^Gem has asked for more than a day: ${account}, until 20\\d\\d-`),
    )
    assert.match(
      String(pauses?.remedy),
      new RegExp(`signal --workflow-id gem-account-${account} --name resume$`),
    )
  })

  test('are left alone while an account is paused, or Gem has asked for a pause', async () => {
    await setAccountState(db, await addAccount(), 'PAUSED', null)
    await noteRefusal(db, await addAccount(), { pauseMs: 3_600_000, learned: null })
    const { length } = gem.headers
    const { byName } = await examine({}, '--gem')
    assert.deepEqual(
      [byName.gem?.state, byName.gem?.found],
      ['ok', 'takes the keys of 0 accounts, 2 paused and not tried'],
    )
    assert.equal(gem.headers.length, length)
  })
})

test('a key that is given as an account is not repeated', async () => {
  const { code, stdout, stderr } = await runCli(['doctor', API_KEY], { databaseUrl: database.workerUrl })
  assert.deepEqual([code, stdout, `${stderr}`.includes(API_KEY)], [1, '', false])
})
