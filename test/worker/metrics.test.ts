import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { mainTables, streamNames, streams } from '../../src/streams.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { allQueries, dashboard } from '../support/deploy-queries.ts'
import { wordsOfPeople } from '../support/people.ts'
import { type Metrics, parsePrometheusText } from '../support/prometheus-text.ts'
import { missingIn } from '../support/promql.ts'
import { connectTestTemporal, type TestTemporal, uniqueName } from '../support/temporal.ts'
import { until } from '../support/until.ts'
import type { RunningWorker } from '../support/worker-process.ts'
import { ENCRYPTION_KEY, environmentOf, startAccount, startReadyWorker } from './worker-under-test.ts'

/** A record that cannot be mapped, with a name that must not come out. */
const broken = { id: 'broken-1', first_name: 7, last_name: 'Hushhush', email: 'hush-hush@example.com' }

describe('the metrics of a worker that has synced an account', () => {
  const parts = new AsyncDisposableStack()
  let database: TestDatabase
  let temporal: TestTemporal
  let pool: pg.Pool
  let gem: SimulatedGem
  let account: string
  let text: string
  let metrics: Metrics
  /** What the run did, by `sync.run_streams`. */
  let counted: Record<string, Record<string, number>>

  before(async () => {
    database = parts.use(await createTestDatabase())
    temporal = parts.use(await connectTestTemporal())
    pool = parts.adopt(new pg.Pool({ connectionString: database.ownerUrl, max: 1 }), (open) => open.end())
    gem = parts.adopt(await startSimulatedGem({ candidates: 120, seed: 5, rate: null }), (running) =>
      running.close(),
    )
    const worker: RunningWorker & { at: string } = parts.use(
      await startReadyWorker(environmentOf(database.workerUrl, temporal)),
    )
    gem.faults.add({ kind: 'throttle', stream: 'candidates', skip: 1, retryAfter: 1 })
    gem.faults.add({ kind: 'malformed-record', stream: 'users', element: broken })
    // One call at a time: none is under way that a 429 would make vain.
    const started = await startAccount(database.workerUrl, temporal, gem, [
      'rate.maxInFlight=1',
      'paging.maxPerPage=50',
    ])
    account = started.account
    assert.equal((await worker.line('sync ended')).state, 'SUCCEEDED')
    counted = await countsOf(account)
    const unknown = await failATask()
    const hasFailed = async () =>
      (await (await fetch(`${worker.at}/metrics`)).text()).includes('temporal_workflow_task_execution_failed')
    await until('the failed task is counted', hasFailed, (isCounted) => isCounted)
    await unknown.terminate()
    const response = await fetch(`${worker.at}/metrics`)
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
    text = await response.text()
    metrics = parsePrometheusText(text)
    await started.handle.terminate()
  })
  after(() => parts.disposeAsync())

  /** Counted by the SDK only once one has failed. */
  const failATask = () =>
    temporal.client.workflow.start('unknownToTheWorker', {
      ...{ taskQueue: temporal.taskQueue, workflowId: uniqueName('unknown') },
    })

  async function countsOf(name: string): Promise<typeof counted> {
    const { rows } = await pool.query(
      `select stream, pages::int, inserted::int, updated::int, unchanged::int, deleted::int, rejected::int, warnings::int,
        requests::int, rate_limited_ms::int
      from sync.run_streams s join sync.runs r on r.id = s.run_id where r.account = $1`,
      [name],
    )
    return Object.fromEntries(rows.map(({ stream, ...counts }) => [stream, counts]))
  }

  test('count rows, pages, requests, rejects and warnings as the run does', () => {
    for (const stream of streamNames) {
      const { model } = streams[stream]
      const rows = (change: string) => metrics.value('gem_ats_sync_rows_total', { model, change })
      const of = (name: string) => metrics.value(`gem_ats_sync_${name}`, { stream })
      const { rate_limited_ms: _, ...run } = counted[stream] ?? {}
      assert.deepEqual(
        {
          pages: of('pages_total'),
          inserted: rows('inserted'),
          updated: rows('updated'),
          unchanged: rows('unchanged'),
          deleted: rows('deleted'),
          rejected: of('rejected_records_total'),
          warnings: of('value_warnings_total'),
          requests: metrics.sum('gem_ats_sync_gem_requests_total', { stream }),
        },
        run,
        stream,
      )
      assert.equal(of('page_commit_duration_seconds_count'), run.pages)
      assert.equal(of('gem_request_duration_seconds_count'), run.requests)
    }
    assert.ok(metrics.sum('gem_ats_sync_rows_total', { change: 'inserted' }) > 300)
  })

  test('tell requests by status, and how long Gem made it wait', () => {
    const requests = (status: string) => metrics.sum('gem_ats_sync_gem_requests_total', { status })
    assert.equal(requests('200'), gem.requests.total - 1)
    assert.equal(requests('429'), 1)
    assert.equal(requests('none'), 0)
    assert.ok(metrics.value('gem_ats_sync_gem_pause_seconds_total', { reason: 'throttled' }) > 0)
    assert.ok(Number(counted.candidates?.rate_limited_ms) > 0)
    assert.equal(metrics.value('gem_ats_sync_gem_pause_seconds_total', { reason: 'quota' }), 0)
    assert.ok(metrics.value('gem_ats_sync_limiter_wait_seconds_total') > 0)
  })

  test('tell the states of runs and accounts, and open rejects', () => {
    const ended = (state: string) => metrics.value('gem_ats_sync_runs_ended_total', { state })
    assert.deepEqual([ended('SUCCEEDED'), ended('FAILED')], [1, 0])
    assert.equal(metrics.sum('gem_ats_sync_running_runs'), 0)
    assert.equal(metrics.value('gem_ats_sync_account_state', { account, state: 'ACTIVE' }), 1)
    assert.deepEqual(
      metrics.samples('gem_ats_sync_accounts').map(({ labels, value }) => [labels.state, value]),
      [
        ['ACTIVE', 1],
        ['PAUSED', 0],
        ['NEEDS_CREDENTIALS', 0],
      ],
    )
    assert.equal(metrics.value('gem_ats_sync_rejected_records_total', { stream: 'users' }), 1)
    assert.equal(metrics.value('gem_ats_sync_rejected_records_open', { stream: 'users' }), 1)
    assert.equal(metrics.sum('gem_ats_sync_rejected_records_open'), 1)
  })

  test('tell how fresh each table of the account is', async () => {
    const { rows } = await pool.query(
      'select extract(epoch from clock_timestamp() - started_at)::float8 as age from sync.runs where account = $1',
      [account],
    )
    const fresh = metrics.samples('gem_ats_sync_freshness_seconds', { account })
    assert.deepEqual(fresh.map(({ labels }) => labels.model).sort(), [...mainTables].sort())
    for (const { value } of fresh) assert.ok(value > 0 && value < rows[0].age)
  })

  test("have Temporal's beside them, nothing twice, and say that nothing is missing", () => {
    assert.ok(metrics.sum('temporal_activity_execution_latency_seconds_count') > 0)
    assert.deepEqual(
      metrics.samples('gem_ats_sync_collector_up').map(({ labels, value }) => [labels.collector, value]),
      [
        ['database', 1],
        ['temporal_sdk', 1],
      ],
    )
    for (const { name, type } of metrics.families) {
      if (name.startsWith('gem_ats_sync_')) assert.equal(name.endsWith('_total'), type === 'counter', name)
    }
  })

  test('are all that the alerts and the dashboard ask for', () => {
    const queries = allQueries()
    assert.ok(queries.length > 30)
    assert.deepEqual(
      queries.flatMap((query) => missingIn(metrics, query)),
      [],
    )
    const { templating } = dashboard()
    assert.deepEqual(
      templating.list.map(({ definition }) => definition),
      ['label_values(gem_ats_sync_freshness_seconds, account)'],
    )
  })

  test('tell whether the worker takes tasks', () => {
    assert.equal(metrics.value('gem_ats_sync_worker_running'), 1)
  })

  test('hold no key, no address of a server, and nobody of the account', () => {
    const secrets = [
      gem.apiKey,
      ENCRYPTION_KEY,
      new URL(database.workerUrl).password,
      gem.url,
      broken.email,
      broken.last_name,
    ]
    const words = [...wordsOfPeople(gem), ...secrets]
    assert.ok(words.length > 200)
    assert.equal(text.includes('@'), false)
    assert.deepEqual(
      words.filter((word) => text.includes(word)),
      [],
    )
  })
})
