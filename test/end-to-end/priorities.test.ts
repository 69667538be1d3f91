/** What a person waits for does not stand behind what nobody waits for, as far as the server orders its queues. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { WorkflowHandle } from '@temporalio/client'
import { type Product, startProduct } from '../support/product.ts'

describe('the priorities of tasks', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 30, seed: 33 })
  })
  after(() => product[Symbol.asyncDispose]())

  interface Task {
    readonly activity: string
    readonly priority: number
    readonly fairness: string
  }

  async function tasksOf(handle: WorkflowHandle): Promise<Task[]> {
    const events = (await handle.fetchHistory()).events ?? []
    return events.flatMap((event) => {
      const task = event.activityTaskScheduledEventAttributes
      if (!task) return []
      return {
        activity: task.activityType?.name ?? '',
        priority: task.priority?.priorityKey ?? 0,
        fairness: task.priority?.fairnessKey ?? '',
      }
    })
  }

  test('bookkeeping goes before slices, deltas before full syncs, and first ones come last', async () => {
    const account = await product.addAccount()
    const handle = await product.start(account)
    await product.nextSync(account)
    await handle.signal('resync', { mode: 'full' })
    await product.nextSync(account)
    await handle.signal('resync', { mode: 'delta' })
    await product.nextSync(account)
    const tasks = await tasksOf(handle)
    const runs = tasks.map((task, index) => {
      const before = tasks.slice(0, index + 1).filter(({ activity }) => activity === 'beginRun')
      return { ...task, run: before.length }
    })
    const of = (wanted: string, run?: number) => [
      ...new Set(
        runs
          .filter((task) => task.activity === wanted && (run === undefined || task.run === run))
          .map(({ priority }) => priority),
      ),
    ]
    for (const activity of ['loadAccount', 'beginRun', 'finishRun']) assert.deepEqual(of(activity), [1])
    assert.deepEqual(
      [1, 2, 3].map((run) => of('syncSlice', run)),
      [[4], [3], [2]],
    )
    assert.deepEqual(of('applyRetention'), [3])
    const slices = tasks.filter(({ activity }) => activity === 'syncSlice')
    assert.ok(slices.every(({ fairness }) => fairness === account))
  })
})
