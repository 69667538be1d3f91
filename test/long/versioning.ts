/**
 * Old and new workers side by side on the real Temporal server, which tells pinned workflows of a new version: the dev
 * server of the other tests does not. `npm run test:versioning`.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Client, Connection, type WorkflowHandle } from '@temporalio/client'
import { startThrowAwayPostgres } from '../../src/embedded/postgres.ts'
import { type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { type TestTemporal, uniqueName } from '../support/temporal.ts'
import { startTemporalCluster } from '../support/temporal-cluster.ts'
import { untilStatus } from '../support/until-status.ts'
import { buildIdOf, makeCurrent, nextSync, variablesOf } from '../support/worker-versions.ts'
import { environmentOf, startAccount, startReadyWorker } from '../worker/worker-under-test.ts'

const parts = new AsyncDisposableStack()
let database: TestDatabase
let temporal: Pick<TestTemporal, 'client' | 'namespace' | 'address'>
let gem: SimulatedGem

before(async () => {
  const folder = parts.adopt(mkdtempSync(join(tmpdir(), 'gem-ats-sync-versioning-')), (path) =>
    rmSync(path, { recursive: true }),
  )
  const postgres = parts.adopt(await startThrowAwayPostgres(), (running) => running.stop())
  const cluster = parts.adopt(await startTemporalCluster({ folder, postgresUrl: postgres.url }), (running) =>
    running.stop(),
  )
  const { address, namespace } = cluster
  const connection = parts.adopt(await Connection.connect({ address }), (open) => open.close())
  temporal = { client: new Client({ connection, namespace }), namespace, address }
  database = parts.use(await createTestDatabase())
  gem = parts.adopt(await startSimulatedGem({ candidates: 60, rate: null }), (running) => running.close())
})
after(() => parts.disposeAsync())

/** A deployment with two versions, on a task queue of its own. */
function newDeployment() {
  const deploymentName = uniqueName('ops/gem-ats-sync')
  const on = { ...temporal, taskQueue: uniqueName('test') } as TestTemporal
  const startVersion = (buildId: string) =>
    startReadyWorker({
      ...environmentOf(database.workerUrl, on),
      ...variablesOf({ deploymentName, buildId }),
      GEM_ATS_SYNC_LOG_LEVEL: 'debug',
    })
  return {
    startVersion,
    makeCurrent: (buildId: string) => makeCurrent(temporal, { deploymentName, buildId }),
    startAccount: (settings: string[] = []) => startAccount(database.workerUrl, on, gem, settings),
  }
}

const runIdOf = async (handle: WorkflowHandle) => (await handle.describe()).runId

describe('an account on versioned workers', () => {
  test('goes to the new version with its next task, beside old workers that are still there', async () => {
    const deployment = newDeployment()
    await using old = await deployment.startVersion('old')
    await deployment.makeCurrent('old')
    const { handle, account } = await deployment.startAccount()
    const first = await nextSync(handle, null)
    const runBefore = await runIdOf(handle)

    await using next = await deployment.startVersion('next')
    await deployment.makeCurrent('next')
    assert.equal(await buildIdOf(handle), 'old')
    await handle.signal('resync', { models: ['users'] })
    const second = await nextSync(handle, first)

    assert.equal(await buildIdOf(handle), 'next')
    assert.notEqual(await runIdOf(handle), runBefore)
    const synced = (worker: typeof old) => worker.lines('sync ended').map(({ run }) => run)
    assert.deepEqual([synced(old), synced(next)], [[first], [second]])
    assert.equal((await untilStatus(handle, () => true)).account, account)
    await handle.terminate()
  })

  test('goes on in the middle of a sync where the old version was, and loses nothing', async () => {
    const deployment = newDeployment()
    await using old = await deployment.startVersion('old')
    await using next = await deployment.startVersion('next')
    await deployment.makeCurrent('old')
    // The sync waits here until the new version is there.
    gem.faults.add({ kind: 'throttle', stream: 'candidates', retryAfter: 5 })
    const { handle } = await deployment.startAccount()
    await untilStatus(handle, ({ state }) => state === 'RATE_LIMITED')
    await deployment.makeCurrent('next')
    const run = await nextSync(handle, null)

    assert.equal(await buildIdOf(handle), 'next')
    assert.deepEqual(old.lines('sync ended'), [])
    const [ended] = next.lines('sync ended')
    assert.deepEqual([ended?.run, ended?.state], [run, 'SUCCEEDED'])
    // The same run, which the old version began.
    assert.equal(old.lines('sync begins')[0]?.run, run)
    const rows = (worker: typeof old) =>
      worker.lines('page committed').filter(({ stream }) => stream === 'users').length
    assert.equal(rows(old) + rows(next), 1)
    await handle.terminate()
  })

  test('that somebody has pinned by hand to the old version stays there, and does not run in circles', async () => {
    const deployment = newDeployment()
    await using old = await deployment.startVersion('old')
    await using next = await deployment.startVersion('next')
    await deployment.makeCurrent('old')
    const { handle } = await deployment.startAccount()
    const first = await nextSync(handle, null)
    await pin(handle)
    await deployment.makeCurrent('next')
    // Told of the new version, it tries; the run that follows is pinned as well, and knows it.
    await handle.signal('resync', { models: ['users'] })
    const second = await nextSync(handle, first)
    await handle.signal('resync', { models: ['users'] })
    const third = await nextSync(handle, second)

    assert.deepEqual(
      [old, next].map((worker) => worker.lines('sync ended').length),
      [3, 0],
    )
    assert.ok((await runsOf(handle)) <= 4, `${await runsOf(handle)} runs for 3 syncs`)
    assert.notEqual(third, second)
    await handle.terminate()
  })
})

/** Pins a workflow to the version that it is on, as `temporal workflow update-options` does. */
async function pin(handle: WorkflowHandle): Promise<void> {
  const { raw } = await handle.describe()
  const version = raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion ?? null
  await temporal.client.workflowService.updateWorkflowExecutionOptions({
    namespace: temporal.namespace,
    workflowExecution: { workflowId: handle.workflowId },
    workflowExecutionOptions: {
      versioningOverride: { pinned: { behavior: PINNED_OVERRIDE_BEHAVIOR_PINNED, version } },
    },
    updateMask: { paths: ['versioning_override'] },
  })
}

const PINNED_OVERRIDE_BEHAVIOR_PINNED = 1

/** How many Temporal runs a workflow has had. */
async function runsOf({ workflowId }: WorkflowHandle): Promise<number> {
  const query = `WorkflowId = '${workflowId}'`
  const { count } = await temporal.client.workflow.count(query)
  return count
}
