import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { WorkflowHandle } from '@temporalio/client'
import { updateSettings } from '../../src/accounts/account-store.ts'
import { applyAssignments } from '../../src/accounts/assignments.ts'
import { mostEvents } from '../../src/workflows/continuation.ts'
import { statusQuery } from '../../src/workflows/messages.ts'
import { personAsSent, personalWords } from '../support/deleted-person.ts'
import { type Product, startProduct } from '../support/product.ts'
import { findInDatabase } from '../support/search-database.ts'
import { situations } from '../support/situations.ts'
import { until } from '../support/until.ts'
import { untilStatus } from '../support/until-status.ts'

/** One for each test: what one of them cuts off may not stop the others' clock. */
const start = () => startProduct({ candidates: 20, seed: 33 }, { timeSkipping: true })

/** A full sync a day and nothing else. */
const daily = ['schedule.fullEvery=1d', 'schedule.deltaEvery=365d']

function put(
  { gem: { world } }: Product,
  { candidate, application, interview }: ReturnType<typeof personAsSent>,
) {
  world.put('candidates', candidate)
  world.put('applications', application)
  world.put('scheduled_interviews', interview)
}

const personal = ({ pool }: Product) => findInDatabase(pool, personalWords)

/** Syncs that have ended by now are not waited for later. */
async function runsOf({ pool }: Product, account: string) {
  const { rows } = await pool.query<{ id: string; mode: string; state: string }>(
    'select id, mode, state from sync.runs where account = $1 order by started_at',
    [account],
  )
  return rows
}

describe('in virtual time, retention', () => {
  test('takes a deleted person out of the database after so many days, and further full syncs do not bring them back', async () => {
    await using product = await start()
    const { world } = product.gem
    put(product, personAsSent('c'))
    const settings = ['retention.afterDays=5', 'retention.runsAfterDays=2', ...daily]
    const account = await product.addAccount(settings)
    const handle = await product.start(account)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    const [first] = await runsOf(product, account)
    const everything = await personal(product)
    assert.equal(everything.length, personalWords.length)
    world.delete('candidates', 'c')
    await product.skip('4 days')
    assert.deepEqual(await personal(product), everything)
    await product.skip('1 day')
    // At the latest when a full sync begins or a day has passed.
    await product.skip('25 hours')
    assert.deepEqual(await personal(product), [])
    const moved = await changedAt(product)
    await product.skip('3 days')
    await handle.signal('resync', { mode: 'full' })
    await product.skip('1 hour')
    assert.deepEqual(await personal(product), [])
    assert.deepEqual(await changedAt(product), moved)

    const runs = await runsOf(product, account)
    const { lastSync, state } = await handle.query(statusQuery)
    assert.equal(state, 'WAITING')
    assert.ok(!runs.some(({ id }) => id === first?.id), 'the first run is pruned')
    assert.ok(runs.some(({ id }) => id === lastSync?.run))
    assert.ok(runs.length < 6, `${runs.length} runs after more than a week`)
    assert.deepEqual([...new Set(runs.map((run) => run.state))], ['SUCCEEDED'])

    world.undelete('candidates', 'c')
    await handle.signal('resync', { mode: 'full' })
    await product.skip('1 hour')
    assert.deepEqual(await personal(product), everything)
    assert.deepEqual(await product.differences(account), [])
  })

  for (const state of ['PAUSED', 'NEEDS_CREDENTIALS'] as const) {
    test(`does so although the account does not sync: ${state}`, async () => {
      await using product = await start()
      const yesterday = new Date(product.now().getTime() - 86_400_000).toISOString()
      put(product, personAsSent('c', { deleted_at: yesterday }))
      const { account, handle } = await situations[state](product)
      const calls = product.gem.requests.total
      assert.equal((await personal(product)).length, personalWords.length)
      await updateSettings(product.db, account, (stored) =>
        applyAssignments(stored, ['retention.afterDays=3']),
      )
      await handle.signal('wake')
      await product.skip('1 hour')
      assert.equal((await personal(product)).length, personalWords.length)
      await product.skip('3 days')
      assert.deepEqual(await personal(product), [])
      assert.equal((await handle.query(statusQuery)).state, state)
      assert.equal(product.gem.requests.total, calls)
    })
  }
})

test('retention costs no sync while it fails, and goes on once it can', async () => {
  await using product = await startProduct({ candidates: 20, seed: 34 })
  const { pool } = product
  const account = await product.addAccount()
  await pool.query(
    `insert into sync.runs (id, account, mode, trigger, models, state, started_at, finished_at)
    values (gen_random_uuid(), $1, 'full', 'start', '{}', 'FAILED', now() - interval '40 days', now() - interval '40 days')`,
    [account],
  )
  await pool.query('revoke delete on sync.runs from gem_ats_sync_worker')
  const handle = await product.start(account)
  assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
  await handle.signal('resync', { mode: 'full' })
  assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
  assert.equal((await runsOf(product, account)).length, 3)
  await pool.query('grant delete on sync.runs to gem_ats_sync_worker')
  while ((await runsOf(product, account)).length === 3);
  assert.ok((await runsOf(product, account)).every(({ state }) => state === 'SUCCEEDED'))
})

test('what comes due as the history is cut is left to the next Temporal run, which begins with it', async () => {
  await using product = await startProduct({ candidates: 5, seed: 35 })
  const account = await product.addAccount()
  const handle = await product.start(account)
  await product.nextSync(account)
  await handle.signal('pause')
  await untilStatus(handle, ({ state }) => state === 'PAUSED')
  await fillHistory(handle)
  await updateSettings(product.db, account, (stored) => applyAssignments(stored, ['retention.afterDays=9']))
  await handle.signal('wake')
  const { workflowId, firstExecutionRunId } = handle
  const runId = async () => (await handle.describe()).runId
  await until('the next Temporal run', runId, (id) => id !== firstExecutionRunId)
  await until(
    'its retention',
    () => activitiesOf(product, workflowId),
    ({ completed }) => completed.includes('applyRetention'),
  )
  assert.deepEqual((await activitiesOf(product, workflowId, firstExecutionRunId)).open, [])
})

/** Until the task after the next look at the account is the first to find the history full: that look takes nine events. */
async function fillHistory(handle: WorkflowHandle): Promise<void> {
  for (;;) {
    // Answered once all messages before have been worked.
    await handle.query(statusQuery)
    const room = mostEvents - 3 - (await handle.describe()).historyLength
    if (room < 6) return
    // Those that are sent together share a task, or have up to four events each.
    const together = Math.min(20, Math.floor(room / 4))
    await Promise.all(Array.from({ length: together }, () => handle.signal('unknown')))
  }
}

/** Activities of a Temporal run by what became of them. */
async function activitiesOf({ client }: Product, workflowId: string, runId?: string) {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory()
  const ended = new Set(
    (events ?? []).map(({ activityTaskCompletedEventAttributes: end }) => String(end?.scheduledEventId)),
  )
  const scheduled = (events ?? []).flatMap(({ eventId, activityTaskScheduledEventAttributes: begin }) =>
    begin ? [{ type: begin.activityType?.name, isCompleted: ended.has(String(eventId)) }] : [],
  )
  const types = (isCompleted: boolean) =>
    scheduled.filter((activity) => activity.isCompleted === isCompleted).map(({ type }) => type)
  return { completed: types(true), open: types(false) }
}

async function changedAt({ pool }: Product): Promise<unknown> {
  const { rows } = await pool.query(
    `select changed_at::text from ats.candidates where remote_id = 'c'
    union all select changed_at::text from ats.applications where remote_id = 'c-a'
    union all select changed_at::text from ats.interviews where remote_id = 'c-i'`,
  )
  return rows
}
