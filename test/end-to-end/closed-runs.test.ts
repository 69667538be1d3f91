/** A run ends otherwise than by its workflow's plan: whoever was at work on it writes nothing more, and leaves nothing open. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import type { WorkflowHandle } from '@temporalio/client'
import { beginRun } from '../../src/database/runs.ts'
import type { Status } from '../../src/workflows/messages.ts'
import { type Product, startProduct } from '../support/product.ts'
import { resetToFirstTask, resetToLatestSync } from '../support/reset-workflow.ts'
import { until } from '../support/until.ts'
import { untilStatus } from '../support/until-status.ts'

const maxInFlight = 3

let product: Product
before(async () => {
  product = await startProduct({ candidates: 60, seed: 23 })
})
after(() => product[Symbol.asyncDispose]())

interface Run {
  readonly id: string
  readonly mode: string
  readonly models: readonly string[]
  readonly state: string
  readonly error: string | null
  /** State of each stream, and all that was counted. */
  readonly streams: string
}

/** The account's runs in their order. */
async function runsOf(account: string): Promise<Run[]> {
  const { rows } = await product.pool.query<Run>(
    `select id, mode, models, state, error,
      (select coalesce(jsonb_agg(to_jsonb(s) order by s.stream), '[]') from sync.run_streams s where s.run_id = r.id)::text as streams
    from sync.runs r where account = $1 order by started_at`,
    [account],
  )
  return rows
}

async function assertNothingOpen(account: string): Promise<void> {
  const { rows } = await product.pool.query(
    `select r.state, s.stream, s.state as stream_state from sync.runs r left join sync.run_streams s on s.run_id = r.id
    where r.account = $1 and 'RUNNING' in (r.state, s.state)`,
    [account],
  )
  assert.deepEqual(rows, [])
}

async function startedAccount(): Promise<{ account: string; handle: WorkflowHandle }> {
  const account = await product.addAccount(['paging.maxPerPage=10', `rate.maxInFlight=${maxInFlight}`])
  const handle = await product.start(account)
  await product.nextSync(account)
  return { account, handle }
}

/** Holds Gem's answer back, until it is released. */
function holdPage(stream: 'candidates' | 'users', page: number) {
  const asked = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  product.gem.faults.add({
    ...{ kind: 'drift', stream, page },
    before: async () => {
      asked.resolve()
      await held.promise
    },
  })
  return { asked: asked.promise, release: held.resolve }
}

describe('a slice that outlives its workflow', () => {
  test('writes nothing once the next workflow has begun its run', async () => {
    const { account, handle } = await startedAccount()
    const oldSlice = holdPage('candidates', 2)
    await handle.signal('resync', {})
    await oldSlice.asked
    await handle.terminate()
    const newSlice = holdPage('users', 1)
    await product.start(account)
    await newSlice.asked
    const [, old] = await runsOf(account)
    assert.equal(old?.state, 'CANCELLED')
    oldSlice.release()
    // Whatever it asks for by then, it asks for side by side with the page that is held.
    await until(
      'the old slice',
      async () => product.gem.requests.inFlight,
      (inFlight) => inFlight === 1,
    )
    newSlice.release()
    assert.equal((await product.nextSync(account)).state, 'CANCELLED')
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual((await runsOf(account))[1], old)
    assert.deepEqual(await product.differences(account), [])
    await assertNothingOpen(account)
  })

  test('writes nothing once its workflow is cancelled, and calls Gem no more than it has begun to', async () => {
    const { account, handle } = await startedAccount()
    const slice = holdPage('candidates', 1)
    await handle.signal('resync', { models: ['candidates'] })
    await slice.asked
    product.gem.requests.reset()
    await handle.cancel()
    await assert.rejects(handle.result())
    assert.equal((await product.nextSync(account)).state, 'CANCELLED')
    const [, run] = await runsOf(account)
    slice.release()
    await product.start(account)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual((await runsOf(account))[1], run)
    const [, , next] = await runsOf(account)
    const { requests } = (JSON.parse(next?.streams ?? '[]') as { stream: string; requests: number }[]).find(
      ({ stream }) => stream === 'candidates',
    ) ?? { requests: 0 }
    const calls = (product.gem.requests.byStream.candidates ?? 0) - requests
    // Those that are fetched ahead, beside the page that waits for the commit and the one that is read behind it.
    assert.ok(calls <= maxInFlight + 2, `${calls} calls`)
    assert.deepEqual(await product.differences(account), [])
  })
})

describe('cancellation leaves no run open', () => {
  const store = (account: string, column: 'settings' | 'encryption_key_id', value: string) =>
    product.pool.query(`update sync.accounts set ${column} = $2 where account = $1`, [account, value])

  /** What holds a sync amid its candidates. @returns what lets others pass. */
  const holds: Partial<
    Record<Status['state'], (account: string, handle: WorkflowHandle) => Promise<() => void>>
  > = {
    async SYNCING() {
      const held = holdPage('candidates', 2)
      return held.release
    },
    async PAUSED(_, handle) {
      beforePage(() => handle.signal('pause'))
      return () => {}
    },
    async RATE_LIMITED() {
      product.gem.faults.add({ kind: 'throttle', stream: 'candidates', page: 2, retryAfter: 3_600 })
      return () => {}
    },
    async GEM_FAILS() {
      const outage = product.gem.faults.add({ kind: '503', stream: 'candidates', page: 2, times: 'always' })
      return () => outage.remove()
    },
    async NEEDS_SETTINGS(account) {
      beforePage(() => store(account, 'settings', '{"pace":1}'))
      return () => {}
    },
    async NEEDS_CREDENTIALS(account) {
      beforePage(() => store(account, 'encryption_key_id', '01234567'))
      return () => {}
    },
  }

  function beforePage(act: () => Promise<unknown>): void {
    product.gem.faults.add({
      kind: 'drift',
      stream: 'candidates',
      page: 2,
      before: async () => void (await act()),
    })
  }

  for (const [state, hold] of Object.entries(holds)) {
    test(`while it is ${state}`, async () => {
      const { account, handle } = await startedAccount()
      const letGo = await hold(account, handle)
      await handle.signal('resync', {})
      const { run } = await untilStatus(handle, (status) => status.state === state && status.run !== null)
      await until(
        `the sync to read candidates`,
        async () => (await runsOf(account))[1]?.streams ?? '',
        (streams) => streams.includes('"candidates"'),
      )
      await handle.cancel()
      await assert.rejects(handle.result())
      letGo()
      const [, cancelled] = await runsOf(account)
      assert.deepEqual([cancelled?.id, cancelled?.state], [run?.id, 'CANCELLED'])
      await assertNothingOpen(account)
    })
  }
})

describe('a workflow that is reset', () => {
  test('to a time before its sync had ended leaves that one as it is, and syncs anew', async () => {
    const { account, handle } = await startedAccount()
    const [first] = await runsOf(account)
    await resetToLatestSync(product, handle)
    const { run, state } = await product.nextSync(account)
    assert.equal(state, 'SUCCEEDED')
    const [old, anew, ...others] = await runsOf(account)
    assert.deepEqual(old, first)
    assert.deepEqual([anew?.id, anew?.mode, others], [run, 'full', []])
    assert.deepEqual(await product.differences(account), [])
    await untilStatus(handle, ({ lastSync }) => lastSync?.run === run)
    await assertNothingOpen(account)
  })

  test('to its begin syncs once, whatever it was asked for since, and is paused if it was', async () => {
    const { account, handle } = await startedAccount()
    await handle.signal('resync', { models: ['users'] })
    await product.nextSync(account)
    await handle.signal('resync', {})
    await product.nextSync(account)
    await handle.signal('pause')
    await untilStatus(handle, ({ state }) => state === 'PAUSED')
    const before = await runsOf(account)
    assert.equal(before.length, 3)
    await resetToFirstTask(product, handle)
    const latest = product.client.workflow.getHandle(handle.workflowId)
    await untilStatus(latest, ({ state, queue }) => state === 'PAUSED' && queue.length === 1)
    await latest.signal('resume')
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    await untilStatus(latest, ({ state }) => state === 'WAITING')
    const after = await runsOf(account)
    assert.deepEqual(after.slice(0, 3), before)
    assert.deepEqual(
      after.slice(3).map(({ mode, state }) => [mode, state]),
      [['full', 'SUCCEEDED']],
    )
    assert.deepEqual(await product.differences(account), [])
    await assertNothingOpen(account)
  })

  test('amid a sync begins that one anew, with its models and mode', async () => {
    const { account, handle } = await startedAccount()
    const page = holdPage('candidates', 2)
    await handle.signal('resync', { mode: 'delta', since: '2020-01-01T00:00:00Z', models: ['candidates'] })
    await page.asked
    const [, cut] = await runsOf(account)
    await resetToLatestSync(product, handle)
    page.release()
    assert.deepEqual(await product.nextSync(account).then(({ run, state }) => [run, state]), [
      cut?.id,
      'CANCELLED',
    ])
    const { run, state } = await product.nextSync(account)
    assert.equal(state, 'SUCCEEDED')
    const [, old, anew, ...others] = await runsOf(account)
    assert.equal(old?.state, 'CANCELLED')
    assert.notEqual(run, cut?.id)
    assert.deepEqual([anew?.id, anew?.mode, anew?.models, others], [run, 'delta', ['candidates'], []])
    assert.deepEqual(await product.differences(account), [])
    await assertNothingOpen(account)
  })

  test('is not begun anew again and again where somebody else keeps closing its syncs', async () => {
    const { account, handle } = await startedAccount()
    const other = { account, mode: 'full', trigger: 'start', models: [] } as const
    product.gem.faults.add({
      ...{ kind: 'drift', stream: 'candidates', page: 2, times: 2 },
      before: () => beginRun(product.db, { ...other, id: randomUUID() }),
    })
    await handle.signal('resync', {})
    const { lastSync, nextSync } = await untilStatus(
      handle,
      (status) => status.lastSync?.state === 'CANCELLED',
    )
    assert.match(lastSync?.error ?? '', /its run has ended/)
    assert.ok(Date.parse(nextSync?.at ?? '') > Date.now())
    assert.equal((await runsOf(account)).length, 1 + 2 * 2)
  })
})
