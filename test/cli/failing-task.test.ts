/** A workflow whose task no worker can do is told from one that no worker takes, and hides nobody else. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { createTestDatabase } from '../support/database.ts'
import { allQueries } from '../support/deploy-queries.ts'
import { startFailingTask } from '../support/failing-task.ts'
import { parsePrometheusText } from '../support/prometheus-text.ts'
import { missingIn } from '../support/promql.ts'
import { connectTestTemporal, type TestTemporal } from '../support/temporal.ts'
import { until } from '../support/until.ts'
import { environmentOf, startAccount } from '../worker/worker-under-test.ts'
import { runCli } from './run-cli.ts'

describe('a workflow whose task keeps failing', () => {
  const parts = new AsyncDisposableStack()
  let databaseUrl: string
  let temporal: TestTemporal
  let gem: SimulatedGem
  let failing: Awaited<ReturnType<typeof startFailingTask>>
  let others: string[]
  before(async () => {
    databaseUrl = parts.use(await createTestDatabase()).workerUrl
    temporal = parts.use(await connectTestTemporal())
    gem = parts.adopt(await startSimulatedGem({ candidates: 20, rate: null }), (open) => open.close())
    failing = parts.use(await startFailingTask(environmentOf(databaseUrl, temporal), temporal, gem))
    others = []
    // Until one stands before it in the alphabet, and one after it.
    while (!others.some((name) => name < failing.account) || !others.some((name) => name > failing.account)) {
      const { account, handle } = await startAccount(databaseUrl, temporal, gem)
      parts.defer(() => handle.terminate().then(() => {}))
      others.push(account)
    }
    for (const account of others)
      await until(
        `${account} has synced`,
        async () => failing.worker.lines('sync ended').map((line) => line.account),
        (ended) => ended.includes(account),
      )
  })
  after(() => parts.disposeAsync())

  async function run(...args: string[]): Promise<string> {
    const { stdout, stderr } = await runCli(args, { databaseUrl, env: failing.env })
    return `${stdout}${stderr}`
  }

  test('status says so, with the reason, and shows every other account', async () => {
    const all = await run('status')
    for (const account of others)
      assert.match(all, new RegExp(`${account} +WAITING .* next delta sync at 20`))
    assert.match(
      all,
      new RegExp(
        `\n\nNo answer of the workflow of ${failing.account}: its workflow task keeps failing \\(attempt \\d+\\): .*key.*\\. The table shows`,
      ),
    )
    assert.doesNotMatch(all, /no worker answers/)
    const one = await run('status', failing.account)
    assert.match(
      one,
      /^The workflow gives no answer: its workflow task keeps failing \(attempt \d+\): .*\. What/,
    )
    const { silent } = JSON.parse(await run('status', failing.account, '--json')) as { silent: string }
    assert.match(silent, /^its workflow task keeps failing/)
  })

  test('doctor fails, and says what to look for', async () => {
    const checks = await run('doctor')
    assert.match(
      checks,
      new RegExp(
        `\nfail +workflows +the workflow task of ${failing.account} keeps failing \\(attempt \\d+\\): .*\n +→ .*GEM_ATS_SYNC_PREVIOUS_CODEC_KEYS`,
      ),
    )
  })

  test('the worker counts it for Prometheus, by which an alert fires', async () => {
    const text = await (await fetch(`${failing.worker.at}/metrics`)).text()
    const metrics = parsePrometheusText(text)
    assert.ok(metrics.sum('temporal_workflow_task_execution_failed_total') > 0)
    const asked = allQueries().filter(({ expr }) =>
      expr.includes('temporal_workflow_task_execution_failed_total'),
    )
    assert.equal(asked.length, 2)
    assert.deepEqual(
      asked.flatMap((query) => missingIn(metrics, query)),
      [],
    )
  })

  test('no worker at all is told apart from it', async () => {
    failing.worker.kill('SIGTERM')
    await failing.worker.ended
    const [account = ''] = others
    assert.match(await run('status', account), /^The workflow gives no answer: no worker answers/)
  })
})
