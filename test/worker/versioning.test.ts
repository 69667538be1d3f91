/** What Temporal's dev server can show of worker versioning; test/long/versioning.ts has what needs a newer server. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { connectTestTemporal, type TestTemporal, uniqueName } from '../support/temporal.ts'
import { buildIdOf, makeCurrent, nextSync, variablesOf } from '../support/worker-versions.ts'
import { environmentOf, startAccount, startReadyWorker } from './worker-under-test.ts'

const parts = new AsyncDisposableStack()
let database: TestDatabase
let temporal: TestTemporal
let gem: SimulatedGem

before(async () => {
  database = parts.use(await createTestDatabase())
  temporal = parts.use(await connectTestTemporal())
  gem = parts.adopt(await startSimulatedGem({ candidates: 20, rate: null }), (running) => running.close())
})
after(() => parts.disposeAsync())

test('an account stays on the version of the workers that it began on, beside a newer one', async () => {
  const deploymentName = uniqueName('ops/gem-ats-sync')
  const before = { deploymentName, buildId: 'before' }
  const after = { deploymentName, buildId: 'after' }
  const environment = environmentOf(database.workerUrl, temporal)

  await using workerBefore = await startReadyWorker({ ...environment, ...variablesOf(before) })
  await makeCurrent(temporal, before)
  const one = await startAccount(database.workerUrl, temporal, gem)
  const first = await nextSync(one.handle, null)

  await using workerAfter = await startReadyWorker({ ...environment, ...variablesOf(after) })
  await makeCurrent(temporal, after)
  const other = await startAccount(database.workerUrl, temporal, gem)
  await one.handle.signal('resync', { models: ['users'] })
  await Promise.all([nextSync(one.handle, first), nextSync(other.handle, null)])

  assert.deepEqual(await Promise.all([one, other].map(({ handle }) => buildIdOf(handle))), [
    'before',
    'after',
  ])
  const accounts = (worker: typeof workerBefore) => worker.lines('sync ended').map(({ account }) => account)
  assert.deepEqual(accounts(workerBefore), [one.account, one.account])
  assert.deepEqual(accounts(workerAfter), [other.account])
  await Promise.all([one, other].map(({ handle }) => handle.terminate()))
})
