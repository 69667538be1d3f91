import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { NativeConnection } from '@temporalio/worker'
import getPort from 'get-port'
import { migrate } from '../../src/database/migrate.ts'
import { startThrowAwayPostgres } from '../../src/embedded/postgres.ts'
import { startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { checkReadiness } from '../../src/worker/readiness.ts'
import { NOBODY } from '../cli/run-cli.ts'
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/database.ts'
import { parsePrometheusText } from '../support/prometheus-text.ts'
import { startHotStandby } from '../support/standby.ts'
import { startTcpProxy } from '../support/tcp-proxy.ts'
import { connectTestTemporal, type TestTemporal } from '../support/temporal.ts'
import { startTransactionPooler } from '../support/transaction-pooler.ts'
import { startWorker } from '../support/worker-process.ts'
import {
  askReady,
  ENCRYPTION_KEY,
  environmentOf,
  startAccount,
  startReadyWorker,
} from './worker-under-test.ts'

let database: TestDatabase
let temporal: TestTemporal
before(async () => {
  database = await createTestDatabase()
  temporal = await connectTestTemporal()
})
after(async () => {
  await temporal.close()
  await database.drop()
})

const environment = () => environmentOf(database.workerUrl, temporal)
const statusOf = async (url: string) => (await fetch(url)).status

describe('a worker that serves its health', () => {
  test('is ready once it works, and answers only what it is for', async () => {
    await using worker = await startReadyWorker(environment())
    assert.deepEqual(await askReady(worker.at), {
      ...{ status: 200, ready: true, reasons: {} },
      body: (await askReady(worker.at)).body,
    })
    assert.equal(await statusOf(`${worker.at}/healthz`), 200)
    const unknown = await fetch(`${worker.at}/ready`)
    assert.deepEqual(
      [unknown.status, await unknown.text()],
      [404, 'not found; there are /healthz, /readyz, /metrics\n'],
    )
    assert.equal((await fetch(`${worker.at}/readyz`, { method: 'POST' })).status, 405)
    assert.equal((await fetch(`${worker.at}/readyz?verbose`, { method: 'HEAD' })).status, 200)
  })

  test('is alive and not ready while it is asked to stop, until it has ended', async () => {
    const gem = await startSimulatedGem({ candidates: 50, rate: null })
    await using worker = await startReadyWorker(environment())
    const called = Promise.withResolvers<void>()
    const mayAnswer = Promise.withResolvers<void>()
    const before = () => {
      called.resolve()
      return mayAnswer.promise
    }
    gem.faults.add({ kind: 'drift', before })
    const { handle } = await startAccount(database.workerUrl, temporal, gem)
    await called.promise
    worker.kill('SIGTERM')
    let answer = await askReady(worker.at)
    while (answer.ready) answer = await askReady(worker.at)
    assert.deepEqual([answer.status, answer.reasons], [503, { worker: 'stopping: it takes no new tasks' }])
    assert.equal(await statusOf(`${worker.at}/healthz`), 200)
    await handle.terminate()
    mayAnswer.resolve()
    assert.deepEqual(await worker.ended, { code: 0, stderr: '' })
    await gem.close()
  })

  test('names the database that went away, and nothing that is secret', async () => {
    const postgres = await startThrowAwayPostgres()
    const workerPassword = 'hush-hush'
    await migrate({ databaseUrl: postgres.url, workerPassword })
    const url = Object.assign(new URL(postgres.url), {
      username: 'gem_ats_sync_worker',
      password: workerPassword,
    })
    await using worker = await startReadyWorker({ ...environment(), DATABASE_URL: url.href })
    assert.equal((await askReady(worker.at)).ready, true)
    await postgres.stop()
    const { status, reasons, body } = await askReady(worker.at)
    assert.deepEqual(
      [status, reasons],
      [503, { database: 'ECONNREFUSED', migrations: 'not known: the database does not answer' }],
    )
    assert.equal(await statusOf(`${worker.at}/healthz`), 200)
    const scraped = await (await fetch(`${worker.at}/metrics`)).text()
    const metrics = parsePrometheusText(scraped)
    assert.equal(metrics.value('gem_ats_sync_collector_up', { collector: 'database' }), 0)
    assert.equal(metrics.value('gem_ats_sync_collector_up', { collector: 'temporal_sdk' }), 1)
    assert.equal(metrics.samples('gem_ats_sync_accounts').length, 0)
    assert.ok(metrics.value('temporal_worker_start_total') > 0)
    assert.equal(metrics.value('gem_ats_sync_runs_ended_total', { state: 'SUCCEEDED' }), 0)
    for (const secret of [workerPassword, ENCRYPTION_KEY, url.host]) {
      assert.equal(`${body}${scraped}`.includes(secret), false)
    }
  })

  test('names the Temporal that is away, finds it when it comes, and tells its metrics then', async () => {
    const port = await getPort()
    await using worker = startWorker({ ...environment(), TEMPORAL_ADDRESS: `127.0.0.1:${port}` })
    const at = await worker.url()
    await worker.line('Temporal is not ready')
    assert.deepEqual((await askReady(at)).reasons, {
      temporal: 'not connected yet',
      worker: 'it is not made yet',
    })
    const up = async () => {
      const metrics = parsePrometheusText(await (await fetch(`${at}/metrics`)).text())
      return metrics.value('gem_ats_sync_collector_up', { collector: 'temporal_sdk' })
    }
    assert.equal(await up(), 0)
    await using proxy = await startTcpProxy(port, temporal.address)
    await worker.line('worker is ready')
    assert.deepEqual([(await askReady(at)).ready, await up()], [true, 1])
    await proxy.close()
    const { status, reasons } = await askReady(at)
    assert.deepEqual([status, Object.keys(reasons)], [503, ['temporal']])
    assert.match(String(reasons.temporal), /^(no answer within 2 s|no answer in time|cannot be reached)$/)
  })

  const unusable: readonly [string, () => Promise<AsyncDisposable & { readonly url: string }>, RegExp][] = [
    ['is read-only', startHotStandby, /^25006: it is read-only; point the database URL at the primary/],
    [
      'keeps no session, behind a pooler in transaction mode',
      () => startTransactionPooler(database.workerUrl),
      /^it stands behind a pooler that gives each transaction another session; .*pool_mode = session/,
    ],
  ]
  for (const [what, start, why] of unusable)
    test(`names the database that ${what}, and waits for a better one`, async () => {
      await using server = await start()
      await using worker = startWorker({ ...environment(), DATABASE_URL: server.url })
      const said = String((await worker.line('PostgreSQL is not ready')).why)
      assert.match(said, new RegExp(why.source.replace(/^\^(25006: )?/, '')))
      const { status, reasons } = await askReady(await worker.url())
      assert.equal(status, 503)
      assert.match(String(reasons.database), why)
      assert.equal(reasons.migrations, undefined)
    })

  test('names the namespace that is not there', async () => {
    await using parts = new AsyncDisposableStack()
    const connection = parts.adopt(await NativeConnection.connect({ address: temporal.address }), (open) =>
      open.close(),
    )
    const worker = { connection, worker: null, stopping: new AbortController().signal }
    const temporalReason = async (namespace: string) =>
      (await checkReadiness(worker, { databaseUrl: database.workerUrl, namespace })).checks.temporal?.reason
    assert.equal(await temporalReason(temporal.namespace), null)
    assert.match(
      String(await temporalReason('nowhere')),
      /^there is no such namespace; check TEMPORAL_NAMESPACE/,
    )
  })

  test('names the migrations that have not run', async () => {
    await using empty = await createEmptyDatabase()
    await using worker = startWorker({ ...environment(), DATABASE_URL: empty.ownerUrl })
    const { line } = worker
    assert.match(
      String((await line('PostgreSQL is not ready')).why),
      /0001-ats-tables.* run `gem-ats-sync migrate`/,
    )
    const { reasons } = await askReady(await worker.url())
    assert.match(String(reasons.migrations), /^not run yet: 0001-ats-tables, 0002/)
    assert.equal(reasons.database, undefined)
  })
})

describe('a worker in an environment of a newer version, beside a Service of its own name', () => {
  test('starts, and warns of what it does not know alone', async () => {
    await using worker = await startReadyWorker({
      ...environment(),
      GEM_ATS_SYNC_WHATEVER: 'hush-hush',
      GEM_ATS_SYNC_SERVICE_HOST: '10.0.0.1',
      GEM_ATS_SYNC_PORT_8080_TCP: 'tcp://10.0.0.1:8080',
    })
    const [warning, ...more] = worker.lines('').filter(({ level }) => level > 30)
    assert.match(String(warning?.msg), /^GEM_ATS_SYNC_WHATEVER is ignored: this version has no such variable/)
    assert.deepEqual(more, [])
    assert.equal(worker.output().includes('hush-hush'), false)
  })
})

describe('the address', () => {
  test('that is taken ends the worker with one line that names the variable', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = `127.0.0.1:${(other.address() as AddressInfo).port}`
    await using worker = startWorker({ ...environment(), GEM_ATS_SYNC_HTTP_ADDRESS: address })
    const { code, stderr } = await worker.ended
    other.close()
    assert.equal(code, 2)
    assert.match(
      stderr,
      new RegExp(
        `^error: Cannot listen on ${address} \\(that port is in use\\); set GEM_ATS_SYNC_HTTP_ADDRESS to [^\\n]+\\n$`,
      ),
    )
  })

  test("that is not this machine's is said to be so", async () => {
    await using worker = startWorker({ ...environment(), GEM_ATS_SYNC_HTTP_ADDRESS: '192.0.2.1:9464' })
    const { code, stderr } = await worker.ended
    assert.equal(code, 2)
    assert.match(
      stderr,
      /^error: Cannot listen on 192\.0\.2\.1:9464 \(EADDRNOTAVAIL\); set GEM_ATS_SYNC_HTTP_ADDRESS to/,
    )
  })

  test('that is not set lets any number of workers run side by side, without one', async () => {
    const { GEM_ATS_SYNC_HTTP_ADDRESS: _, ...without } = environment()
    await using worker = startWorker({ ...without, TEMPORAL_ADDRESS: NOBODY })
    await worker.line('Temporal is not ready')
    worker.kill('SIGTERM')
    assert.deepEqual(await worker.ended, { code: 0, stderr: '' })
  })
})
