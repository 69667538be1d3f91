/** `account start`, `stop`, `pause`, `resume` and `resync`, as processes beside a real worker, Temporal and PostgreSQL. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect, type Db } from '../../src/database/connect.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { insertBareAccount } from '../support/direct-sync.ts'
import { type Product, startProduct } from '../support/product.ts'
import { situations } from '../support/situations.ts'
import { testStack } from '../support/stack.ts'
import { connectTestTemporal, type TestTemporal, uniqueName } from '../support/temporal.ts'
import { type RunningProgram, runInPipe } from '../support/terminal.ts'
import { untilStatus } from '../support/until-status.ts'
import { type CliRun, NOBODY, runCli } from './run-cli.ts'

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

const temporalEnv = () => {
  const { temporalAddress, temporalNamespace } = testStack()
  return { TEMPORAL_ADDRESS: temporalAddress, TEMPORAL_NAMESPACE: temporalNamespace }
}

describe('beside a worker', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 60, seed: 7 })
  })
  after(() => product[Symbol.asyncDispose]())

  const run = (...args: string[]): Promise<CliRun> =>
    runCli(['account', ...args], {
      databaseUrl: String(product.pool.options.connectionString),
      env: { ...temporalEnv(), GEM_ATS_SYNC_TASK_QUEUE: product.taskQueue },
    })

  async function succeed(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await run(...args)
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' }, stdout)
    return stdout
  }

  async function fail(...args: string[]): Promise<CliRun> {
    const result = await run(...args)
    assert.equal(result.code, 1, `${result.stdout}${result.stderr}`)
    return result
  }

  const handleOf = (account: string) => product.client.workflow.getHandle(`gem-account-${account}`)
  const statusOf = async (account: string) => (await handleOf(account).describe()).status.name
  const stateOf = async (account: string) =>
    (await product.pool.query('select state from sync.accounts where account = $1', [account])).rows[0].state
  const runsOf = async (account: string) =>
    (
      await product.pool.query(
        'select id, mode, models, state from sync.runs where account = $1 order by started_at',
        [account],
      )
    ).rows as { id: string; mode: string; models: string[]; state: string }[]
  const runStates = async (account: string) => (await runsOf(account)).map(({ state }) => state)

  test('start begins with a full sync, says when it runs already, and takes the id again after stop', async () => {
    const account = await product.addAccount()
    assert.equal(await succeed('start', account), `${account}: started; it begins with a full sync\n`)
    const first = await handleOf(account).describe()
    assert.equal(first.taskQueue, product.taskQueue)
    assert.equal(await first.staticSummary(), `Gem → PostgreSQL: ${account}`)
    assert.equal(await first.staticDetails(), `Mirrors the Gem account ${account} into the schema ats`)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual(
      (await runsOf(account)).map(({ mode }) => mode),
      ['full'],
    )

    assert.equal(await succeed('start', account), `${account}: already running\n`)
    assert.equal((await handleOf(account).describe()).runId, first.runId)

    await succeed('stop', account)
    await succeed('start', account)
    assert.notEqual((await handleOf(account).describe()).runId, first.runId)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
  })

  test('stop returns once workflow and run are CANCELLED, and says what keeps the place', async () => {
    const account = await product.addAccount(['paging.maxPerPage=20'])
    product.gem.faults.add({ kind: 'throttle', stream: 'candidates', page: 2, retryAfter: 3_600 })
    await untilStatus(await product.start(account), ({ state }) => state === 'RATE_LIMITED')
    const out = await succeed('stop', account)
    assert.equal(await statusOf(account), 'CANCELLED')
    assert.deepEqual(await runStates(account), ['CANCELLED'])
    assert.match(out, new RegExp(`^${account}: stopped \\(CANCELLED\\)\\n.*account pause keeps the place`))
    assert.equal(
      await succeed('stop', account, '--json').then((text) => JSON.parse(text)[0].result),
      'not running',
    )
  })

  test('pause and resume return once PostgreSQL and the workflow show it', async () => {
    const { account, handle } = await situations.WAITING(product)
    assert.equal(await succeed('pause', account), `${account}: paused\n`)
    assert.equal(await stateOf(account), 'PAUSED')
    assert.equal(await succeed('pause', account), `${account}: paused\n`)
    assert.equal(await succeed('resume', account), `${account}: resumed; it is WAITING\n`)
    assert.equal(await stateOf(account), 'ACTIVE')
    await handle.terminate()
  })

  test('an account that needs a person says so when it is paused', async () => {
    const { account, handle } = await situations.NEEDS_CREDENTIALS(product)
    assert.equal(await succeed('pause', account), `${account}: paused; it is NEEDS_CREDENTIALS\n`)
    await handle.terminate()
  })

  test('resync asks for a sync by its options, and says which', async () => {
    const { account, handle } = await situations.PAUSED(product)
    const json = async (...options: string[]) =>
      JSON.parse(await succeed('resync', account, ...options, '--json'))[0]
    const delta = await json('--since', '2026-01-01T00:00:00Z', '--models', 'jobs')
    const full = await json('--models', 'candidates,jobs', '--models', 'users', '--confirm-deletions')
    assert.equal(delta.result, 'queued')
    assert.equal((await json('--mode', 'full')).result, 'already queued')
    const { queue } = await handle.query<{ queue: { id: string }[] }>('status')
    assert.deepEqual(
      queue.map(({ id }) => id),
      [full.syncId],
    )
    assert.match(await succeed('resync', account), new RegExp(`the full sync ${full.syncId} waits already`))
    await handle.terminate()
  })

  test('resync --wait ends with the sync, and exit code 0 if it SUCCEEDED', async () => {
    const { account, handle } = await situations.WAITING(product)
    const out = await succeed('resync', account, '--wait', '--models', 'users,jobs')
    const [, last] = await runsOf(account)
    assert.deepEqual([last?.mode, last?.state], ['full', 'SUCCEEDED'])
    assert.match(out, new RegExp(`${account}: the full sync ${last?.id} ended SUCCEEDED after [^\\n]+\\n$`))
    await handle.terminate()
  })

  /** One that waits, once it has shown that it waits for a paused account. */
  async function follow(account: string, ...options: string[]): Promise<RunningProgram> {
    const command = [process.execPath, CLI, 'account', 'resync', account, '--wait', ...options]
    const following = runInPipe(command, {
      ...{ PATH: process.env.PATH ?? '', HOME: '/nonexistent', GEM_ATS_SYNC_DATA_DIR: '/nonexistent/data' },
      ...{ DATABASE_URL: String(product.pool.options.connectionString), ...temporalEnv() },
    })
    await following.writes(new RegExp(`^${account}: PAUSED: paused`))
    return following
  }

  test('resync --wait shows what the sync waits for, and exits with 1 if it did not SUCCEED', async () => {
    const { account, handle } = await situations.PAUSED(product)
    await using following = await follow(account)
    product.gem.setSwitches({ forbidden: ['job_posts'] })
    await handle.signal('resume')
    await following.writes(
      new RegExp(`error: ${account}: the full sync \\S+ ended PARTIALLY_FAILED[^\\n]+job_posts[^\\n]+\\n$`),
    )
    assert.equal(await following.exitCode, 1)
    product.gem.setSwitches({ forbidden: [] })
    await handle.terminate()
  })

  test('resync --wait follows the full sync that takes a waiting delta over', async () => {
    const { account, handle } = await situations.PAUSED(product)
    await using following = await follow(account, '--mode', 'delta')
    await handle.signal('resync')
    const { queue } = await untilStatus(handle, (status) => status.queue.some(({ mode }) => mode === 'full'))
    await handle.signal('resume')
    await following.writes(new RegExp(`the full sync ${queue[0]?.id} ended SUCCEEDED`))
    assert.equal(await following.exitCode, 0)
    await handle.terminate()
  })

  test('resync --wait exits with 1 if the workflow ends before the sync', async () => {
    const { account, handle } = await situations.PAUSED(product)
    await using following = await follow(account)
    await handle.terminate()
    await following.writes(/will not be finished: its workflow has ended/)
    assert.equal(await following.exitCode, 1)
  })

  test('what does not run is named, and stops no other', async () => {
    const { account, handle } = await situations.WAITING(product)
    const idle = await product.addAccount()
    for (const command of ['pause', 'resume', 'resync']) {
      const { stdout, stderr } = await fail(command, idle, account)
      assert.equal(
        stderr,
        `error: ${idle}: its workflow does not run; gem-ats-sync account start ${idle} starts it\n`,
      )
      assert.match(stdout, new RegExp(`^${account}: `))
    }
    await handle.terminate()
  })
})

describe('--all', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 50, seed: 7 })
  })
  after(() => product[Symbol.asyncDispose]())

  test('goes through all accounts, whatever becomes of one', async () => {
    const all = (...args: string[]) =>
      runCli(['account', ...args, '--all'], {
        databaseUrl: String(product.pool.options.connectionString),
        env: { ...temporalEnv(), GEM_ATS_SYNC_TASK_QUEUE: product.taskQueue },
      })
    assert.match((await all('start')).stdout, /^There are no accounts yet/)
    const accounts = [await product.addAccount(), await product.addAccount(), await product.addAccount()]
    const broken = String(accounts[1])
    const good = accounts.filter((account) => account !== broken).sort()
    // Somebody has damaged its stored key.
    await product.pool.query(`update sync.accounts set api_key = 'x' where account = $1`, [broken])
    const lines = ({ stdout }: CliRun) => stdout.trim().split('\n')
    const started = await all('start')
    assert.deepEqual([started.code, lines(started).length], [0, 3], started.stderr)
    for (const account of good) await product.nextSync(account)
    await product.client.workflow.getHandle(`gem-account-${broken}`).terminate()

    for (const command of [['pause'], ['resume'], ['resync', '--wait', '--json']]) {
      const { code, stdout, stderr } = await all(...command)
      assert.equal(code, 1)
      if (command.includes('--json')) {
        const ends = JSON.parse(stdout) as {
          account: string
          result: string | null
          problem: string | null
        }[]
        assert.deepEqual(
          ends.map(({ account, result }) => [account, result]),
          accounts.toSorted().map((account) => [account, account === broken ? null : 'SUCCEEDED']),
        )
        continue
      }
      assert.match(stderr, new RegExp(`^error: ${broken}: its workflow does not run[^\\n]+\\n$`))
      assert.deepEqual(stdout.match(/^\S+(?=: )/gm)?.sort(), good)
    }
    const stopped = await all('stop')
    assert.equal(stopped.code, 0, stopped.stderr)
    for (const account of good) {
      const { status } = await product.client.workflow.getHandle(`gem-account-${account}`).describe()
      assert.equal(status.name, 'CANCELLED')
    }
  })
})

describe('without a worker', () => {
  let database: TestDatabase
  let db: Db
  let temporal: TestTemporal
  before(async () => {
    database = await createTestDatabase()
    db = connect(database.workerUrl, { max: 1 })
    temporal = await connectTestTemporal()
  })
  after(async () => {
    await temporal.close()
    await db.destroy()
    await database.drop()
  })

  const run = (args: readonly string[], env: Record<string, string> = {}) =>
    runCli(['account', ...args], {
      databaseUrl: database.workerUrl,
      env: { ...temporalEnv(), GEM_ATS_SYNC_TASK_QUEUE: temporal.taskQueue, ...env },
    })

  async function refuse(args: readonly string[], says: RegExp, code = 2, env = {}): Promise<void> {
    const result = await run(args, env)
    assert.deepEqual({ code: result.code, stdout: result.stdout }, { code, stdout: '' }, result.stderr)
    assert.match(result.stderr, /^error: [^\n]+\n$/)
    assert.match(result.stderr, says)
  }

  test('at most five accounts a second begin', async () => {
    const accounts = Array.from({ length: 6 }, () => uniqueName('many'))
    for (const account of accounts) await insertBareAccount(db, account)
    const { code, stderr } = await run(['start', '--all'])
    assert.equal(code, 0, stderr)
    const handles = accounts.map((account) => temporal.client.workflow.getHandle(`gem-account-${account}`))
    const begun = await Promise.all(
      handles.map(async (handle) => (await handle.describe()).startTime.getTime()),
    )
    assert.ok(Math.max(...begun) - Math.min(...begun) > 900, `${begun}`)
    for (const handle of handles) await handle.terminate()
  })

  test('pause, resume and stop say what was sent and that nobody has answered', async () => {
    const account = uniqueName('lonely')
    await insertBareAccount(db, account)
    await run(['start', account])
    for (const signal of ['pause', 'resume']) {
      const sent = new RegExp(
        `${account}: the signal ${signal} was sent, and its workflow has not answered yet: no worker`,
      )
      await refuse([signal, account, '--timeout', '0s'], sent, 1)
    }
    await refuse(['resync', account], /no worker/, 1)
    await refuse(['stop', account, '--timeout', '1s'], /was asked to stop, and has not within 1 s/, 1)
    const handle = temporal.client.workflow.getHandle(`gem-account-${account}`)
    const { events } = await handle.fetchHistory()
    assert.deepEqual(
      events?.flatMap((event) => event.workflowExecutionSignaledEventAttributes?.signalName ?? []),
      ['pause', 'resume'],
    )
    assert.ok(events?.some((event) => event.workflowExecutionCancelRequestedEventAttributes))
    await handle.terminate()
  })

  test('accounts that cannot be meant are refused, or named with the nearest', async () => {
    await insertBareAccount(db, 'acme')
    for (const command of ['start', 'stop', 'pause', 'resume', 'resync']) {
      await refuse([command], /name one account or more, or give --all/)
      await refuse([command, 'acme', '--all'], /--all means all accounts/)
      await refuse([command, 'Not This'], /"Not This" cannot be an account's name/, 1)
      await refuse([command, 'acmee'], /There is no account acmee; did you mean acme\?/, 1)
      await refuse([command, 'acme', '--what'], /unknown option '--what'/)
      await refuse([command, 'acme'], /Temporal at 127\.0\.0\.1:1 cannot be reached/, 1, {
        TEMPORAL_ADDRESS: NOBODY,
      })
      await refuse([command, 'acmee'], /There is no account acmee/, 1, { TEMPORAL_ADDRESS: NOBODY })
    }
  })

  test('options that are wrong are refused before anything is asked', async () => {
    for (const command of ['stop', 'pause', 'resume'])
      for (const timeout of ['10', 'soon', '-1s', '2d'])
        await refuse([command, 'acme', `--timeout=${timeout}`], /--timeout <duration>.*such as 30s or 5m/)
    const resync = (says: RegExp, ...options: string[]) => refuse(['resync', 'acme', ...options], says)
    await resync(/Allowed choices are full, delta/, '--mode', 'half')
    await resync(/--models.*Did you mean candidates\?/, '--models', 'jobs,candidate')
    await resync(/--models.*There are users, /, '--models', '')
    await resync(/--since: expected an ISO 8601 time/, '--since', 'yesterday')
    await resync(/--since: a full sync reads everything/, '--since', '2026-01-01', '--mode', 'full')
    await resync(/--confirm-deletions: name the models/, '--confirm-deletions')
    await resync(
      /--confirm-deletions: only a full sync/,
      ...['--confirm-deletions', '--models', 'jobs', '--mode', 'delta'],
    )
    await resync(/argument missing/, '--models')
  })
})
