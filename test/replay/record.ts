/**
 * Records the histories that replay.test.ts replays: `npm run record-histories`. Re-record freely until the first release;
 * after it, a recorded history stays, and code has to keep up with it.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { WorkflowHandle } from '@temporalio/client'
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js'
import { type Product, startProduct } from '../support/product.ts'
import { scenarios } from './scenarios.ts'

const folder = new URL('./histories/', import.meta.url)
mkdirSync(folder, { recursive: true })

async function record(name: string, handle: WorkflowHandle): Promise<void> {
  const history = await handle.fetchHistory()
  const started = history.events?.[0]?.workflowExecutionStartedEventAttributes
  // The time-skipping server leaves it out, and the workflow checks its id.
  if (started) started.workflowId = handle.workflowId
  // Stack traces hold the paths of one machine.
  const json: unknown = JSON.parse(historyToJSON(history), (key, value) =>
    key === 'stackTrace' ? '' : value,
  )
  writeFileSync(new URL(`${name}.json`, folder), `${JSON.stringify(json)}\n`)
}

async function started(product: Product): Promise<{ account: string; handle: WorkflowHandle }> {
  const account = await product.addAccount(['paging.maxPerPage=20'])
  const handle = await product.start(account)
  await product.nextSync(account)
  return { account, handle }
}

test('record histories in real time', async () => {
  await using product = await startProduct({ candidates: 50, seed: 2 })
  for (const { name, play } of scenarios) {
    const { account, handle } = await started(product)
    await play(product, account, handle)
    await record(name, handle)
    if ((await handle.describe()).status.name === 'RUNNING') await handle.terminate()
  }
})

test('record continue-as-new in virtual time', async () => {
  await using product = await startProduct({ candidates: 50, seed: 3 }, { timeSkipping: true })
  const { handle } = await started(product)
  const { runId } = await handle.describe()
  for (let day = 0; day < 10 && (await handle.describe()).runId === runId; day++) await product.skip('1 day')
  await record('continue-as-new', product.client.workflow.getHandle(handle.workflowId, runId))
  await record('continued', handle)
})
