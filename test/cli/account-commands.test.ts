import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { sql } from 'kysely'
import { readCredentials, setAccountState } from '../../src/accounts/account-store.ts'
import { parseEncryptionKey } from '../../src/accounts/encryption.ts'
import { connect, type Db } from '../../src/database/connect.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { connectTestTemporal, type TestTemporal, uniqueName } from '../support/temporal.ts'
import { type CliOptions, type CliRun, ENCRYPTION_KEY, NOBODY, runCli } from './run-cli.ts'
import { API_KEY, OTHER_API_KEY, SECRET, startToyGem, type ToyGem } from './toy-gem.ts'

let database: TestDatabase
let db: Db
let gem: ToyGem
let temporal: TestTemporal
/** Of this run alone: Temporal is shared by all test files. */
const ACCOUNT = uniqueName('cli')
const WORKFLOW = `gem-account-${ACCOUNT}`

before(async () => {
  database = await createTestDatabase()
  db = connect(database.workerUrl, { max: 2 })
  gem = await startToyGem()
  temporal = await connectTestTemporal()
})
after(async () => {
  await temporal.close()
  await gem[Symbol.asyncDispose]()
  await db.destroy()
  await database.drop()
})
beforeEach(() => sql`delete from sync.accounts`.execute(db))

/** Whatever happens, no key comes out. */
async function run(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const env = { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace, ...options.env }
  const result = await runCli(args, { databaseUrl: database.workerUrl, ...options, env })
  for (const secret of [API_KEY, OTHER_API_KEY, SECRET, ENCRYPTION_KEY]) {
    assert.equal(`${result.stdout}${result.stderr}`.includes(secret), false, 'a secret came out')
  }
  return result
}

async function succeed(args: readonly string[], options: CliOptions = {}): Promise<string> {
  const { code, stdout, stderr } = await run(args, options)
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  return stdout
}

const addArgs = (name: string, ...more: string[]) => [
  ...['account', 'add', name, '--base-url', gem.url, '--allow-insecure-base-url'],
  ...more,
]

const addAcme = (...more: string[]) => succeed(addArgs(ACCOUNT, ...more), { input: `${API_KEY}\n` })

function credentials() {
  const current = parseEncryptionKey(ENCRYPTION_KEY)
  assert.ok(current !== null)
  return readCredentials(db, { current, others: [] }, ACCOUNT)
}

test('account add stores what Gem takes, and prints the line that starts the workflow', async () => {
  const out = await addAcme('jobBoard=acme', 'schedule.deltaEvery=1h')
  assert.ok(
    out.includes(
      `temporal workflow start --task-queue gem-ats-sync --type accountSync --workflow-id ${WORKFLOW} --input '{"account":"${ACCOUNT}"}' --static-summary 'Gem → PostgreSQL: ${ACCOUNT}' --static-details 'Mirrors the Gem account ${ACCOUNT} into the schema ats'\n`,
    ),
    out,
  )
  assert.deepEqual(await credentials(), {
    baseUrl: gem.url,
    allowInsecureBaseUrl: true,
    apiKey: API_KEY,
    applicationSecret: null,
  })
  const shown = JSON.parse(await succeed(['account', 'show', ACCOUNT, '--json']))
  assert.equal(shown.settings.jobBoard, 'acme')
  assert.equal(shown.settings.schedule.deltaEvery, '1h')
  assert.equal(shown.settings.schedule.fullEvery, '10h')
})

test('a partner gives the application secret on the second line', async () => {
  await succeed(addArgs(ACCOUNT, '--application-secret'), { input: `${API_KEY}\r\n${SECRET}\n` })
  assert.equal((await credentials()).applicationSecret, SECRET)
})

test('account list and account show say what there is', async () => {
  assert.match(await succeed(['account', 'list']), /no accounts yet/)
  await addAcme()
  assert.match(await succeed(['account', 'list']), new RegExp(`${ACCOUNT} +ACTIVE`))
  assert.equal(JSON.parse(await succeed(['account', 'list', '--json'])).length, 1)
  assert.match(await succeed(['account', 'show', ACCOUNT]), /rate\.requestsPerSecond +10 +10 /)
})

/** A workflow that nobody works on takes signals and can be ended all the same. */
const startWorkflow = () =>
  temporal.client.workflow.start('accountSync', {
    workflowId: WORKFLOW,
    taskQueue: temporal.taskQueue,
    args: [{ account: ACCOUNT }],
  })

test('account set changes settings and wakes the workflow', async () => {
  await addAcme()
  assert.match(
    await succeed(['account', 'set', ACCOUNT, 'jobBoard=acme']),
    /does not run; start it:\n {2}temporal/,
  )
  const handle = await startWorkflow()
  assert.match(await succeed(['account', 'set', ACCOUNT, 'rate.burst=15']), /was told/)
  const { events } = await handle.fetchHistory()
  const signals = events?.flatMap((event) => event.workflowExecutionSignaledEventAttributes ?? [])
  assert.deepEqual(
    signals?.map(({ signalName, input }) => [signalName, input?.payloads?.length ?? 0]),
    [['wake', 0]],
  )
  const set = JSON.parse(await succeed(['account', 'set', ACCOUNT, 'jobBoard=null', '--json']))
  assert.deepEqual(set, { account: ACCOUNT, settings: { rate: { burst: 15 } }, workflow: 'done' })
  await handle.terminate()
})

test('a change is made and said to be noticed later while Temporal is away', async () => {
  await addAcme()
  const away = { env: { TEMPORAL_ADDRESS: NOBODY } }
  assert.match(await succeed(['account', 'set', ACCOUNT, 'jobBoard=acme'], away), /notices at its next wake/)
  assert.match(await succeed(['account', 'remove', ACCOUNT, '--yes'], away), /end its workflow if it runs/)
})

test('account set-key replaces the key and ends the wait for it, and keeps the application secret', async () => {
  await succeed(addArgs(ACCOUNT, '--application-secret'), { input: `${API_KEY}\n${SECRET}\n` })
  await setAccountState(db, ACCOUNT, 'NEEDS_CREDENTIALS', 'Gem refuses the key')
  await succeed(['account', 'set-key', ACCOUNT], { input: OTHER_API_KEY })
  const { apiKey, applicationSecret } = await credentials()
  assert.deepEqual({ apiKey, applicationSecret }, { apiKey: OTHER_API_KEY, applicationSecret: SECRET })
  assert.equal(JSON.parse(await succeed(['account', 'show', ACCOUNT, '--json'])).state, 'ACTIVE')
  await succeed(['account', 'set-key', ACCOUNT, '--no-application-secret'], { input: API_KEY })
  assert.equal((await credentials()).applicationSecret, null)
})

test('account remove wants the name again, or --yes, and ends the workflow', async () => {
  await addAcme()
  const handle = await startWorkflow()
  const wrong = await run(['account', 'remove', ACCOUNT], { input: 'acme\n' })
  const stderr = `error: That is not the name ${ACCOUNT}; nothing was removed\n`
  assert.deepEqual(wrong, { code: 1, stdout: '', stderr })
  await credentials()
  assert.equal((await handle.describe()).status.name, 'RUNNING')
  const right = await succeed(['account', 'remove', ACCOUNT], { input: `${ACCOUNT}\n` })
  assert.match(right, /removed, 1 rows[\s\S]*was ended/)
  assert.equal((await handle.describe()).status.name, 'TERMINATED')
  await addAcme()
  assert.match(await succeed(['account', 'remove', ACCOUNT, '--yes']), /was not running/)
})

test('status shows the newest runs while the workflow is silent, and a rate that Gem has taught', async () => {
  await addAcme()
  await sql`insert into sync.runs (id, account, mode, trigger, models, state, started_at)
    values (gen_random_uuid(), ${ACCOUNT}, 'full', 'start', '{jobs}', 'SUCCEEDED', now())`.execute(db)
  assert.match(await succeed(['status', ACCOUNT]), /gives no answer[\s\S]*full +start +SUCCEEDED/)
  const shown = JSON.parse(await succeed(['status', ACCOUNT, '--json']))
  assert.equal(shown.workflow, null)
  assert.equal(shown.runs.length, 1)
  assert.equal(shown.learned_rate, null)
  await sql`insert into sync.rate_limits (account, next_slot_at, learned_rate, learned_burst)
    values (${ACCOUNT}, now(), 4.76, 1.2)`.execute(db)
  assert.match(
    await succeed(['status', ACCOUNT]),
    /\nrate: 4\.8 calls a second, 1 at once: learned from Gem's 429s, the settings allow 10\.0 calls a second, 20 at once\n/,
  )
  const { learned_rate } = JSON.parse(await succeed(['status', ACCOUNT, '--json']))
  assert.deepEqual(learned_rate, { perSecond: 4.76, burst: 1.2 })
})
