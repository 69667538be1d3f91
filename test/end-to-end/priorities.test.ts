/** What a person waits for does not stand behind what nobody waits for. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { WorkflowHandle } from '@temporalio/client'
import { tsToMs } from '@temporalio/common/lib/time.js'
import { type Product, startProduct } from '../support/product.ts'
import { until } from '../support/until.ts'

describe('with one slot and a backlog of slices', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 30, seed: 33 }, { slots: 1 })
  })
  after(() => product[Symbol.asyncDispose]())

  interface Task {
    readonly activity: string
    readonly priority: number
    readonly fairness: string
    /** By the server's clock, in milliseconds. */
    readonly started: number
  }

  async function tasksOf(handle: WorkflowHandle): Promise<Task[]> {
    const events = (await handle.fetchHistory()).events ?? []
    return events.flatMap((event) => {
      const task = event.activityTaskScheduledEventAttributes
      if (!task) return []
      const started = events.find(
        ({ activityTaskStartedEventAttributes }) =>
          String(activityTaskStartedEventAttributes?.scheduledEventId) === String(event.eventId),
      )
      return {
        activity: task.activityType?.name ?? '',
        priority: task.priority?.priorityKey ?? 0,
        fairness: task.priority?.fairnessKey ?? '',
        started: tsToMs(started?.eventTime),
      }
    })
  }

  const storedState = async (account: string) =>
    (await product.pool.query('select state from sync.accounts where account = $1', [account])).rows[0].state

  test('a pause is written down before the next slice begins', async () => {
    const asked = Promise.withResolvers<void>()
    const held = Promise.withResolvers<void>()
    product.gem.faults.add({
      ...{ kind: 'drift', page: 1 },
      before: async () => {
        asked.resolve()
        await held.promise
      },
    })
    const account = await product.addAccount()
    const handle = await product.start(account)
    await asked.promise
    const waiting = async (activity: string) =>
      ((await handle.describe()).raw.pendingActivities ?? []).filter(
        ({ activityType, lastStartedTime }) => activityType?.name === activity && !lastStartedTime,
      ).length
    await until(
      'slices wait',
      () => waiting('syncSlice'),
      (count) => count > 0,
    )
    await handle.signal('pause')
    await until(
      'the pause waits',
      () => waiting('setAccountState'),
      (count) => count === 1,
    )
    held.resolve()
    await until(
      'PostgreSQL knows',
      () => storedState(account),
      (state) => state === 'PAUSED',
    )
    await until(
      'all that waited have been told to halt',
      async () => (await handle.describe()).raw.pendingActivities?.length ?? 0,
      (count) => count === 0,
    )
    const tasks = await tasksOf(handle)
    const [pause] = tasks.filter(({ activity }) => activity === 'setAccountState')
    const slices = tasks.filter(({ activity }) => activity === 'syncSlice')
    assert.equal(slices.length, 2)
    assert.equal(slices.filter(({ started }) => started < Number(pause?.started)).length, 1)
    await handle.signal('resume')
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
  })

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
