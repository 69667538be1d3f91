/** What keeps PostgreSQL's copy of the state, and what lets data go, live beside the syncs: neither ends unseen. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { WorkflowHandle } from '@temporalio/client'
import { startProduct } from '../support/product.ts'
import { until } from '../support/until.ts'

/** As an answer of another version may be: nothing that this one can go on with. */
const unexpected = async () => null as never

/** Why tasks of the workflow have failed by its code. */
async function failuresOf(handle: WorkflowHandle): Promise<string[]> {
  const events = (await handle.fetchHistory()).events ?? []
  const messages = events.flatMap(
    ({ workflowTaskFailedEventAttributes: failed }) => failed?.failure?.message ?? [],
  )
  // The server's, where a message came in while the task was worked.
  return messages.filter((message) => message !== 'UnhandledCommand')
}

describe('a loop beside the syncs that cannot go on', () => {
  test('fails the workflow task with the reason, which Temporal shows and tries again', async () => {
    await using product = await startProduct(
      { candidates: 20, seed: 31 },
      { activities: { applyRetention: unexpected } },
    )
    const handle = await product.start(await product.addAccount())
    const [failure] = await until(
      'a failed workflow task',
      () => failuresOf(handle),
      (failures) => failures.length > 0,
    )
    assert.match(String(failure), /Unhandled Promise rejection: TypeError/)
    assert.equal((await handle.describe()).status.name, 'RUNNING')
  })

  test('ends without a word when the workflow is cancelled', async () => {
    await using product = await startProduct({ candidates: 20, seed: 31 })
    const handle = await product.start(await product.addAccount())
    await handle.cancel()
    await assert.rejects(handle.result())
    assert.equal((await handle.describe()).status.name, 'CANCELLED')
    assert.deepEqual(await failuresOf(handle), [])
  })
})
