/** What happens in an account's life. Each chapter lets virtual time pass, and ends with a look at what was made of it. */
import assert from 'node:assert/strict'
import protocol from '@temporalio/proto'
import { mostEvents } from '../../../src/workflows/continuation.ts'
import { until } from '../until.ts'
import type { AccountLife } from './index.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

/** While nothing can succeed. */
const mostCallsAnHour = 10

/** Records change in Gem; on some days one list fails for minutes. */
export async function quietDays(life: AccountLife, days: number): Promise<void> {
  for (let day = 0; day < days; day++) {
    const moment = life.random.below(dayMs)
    await life.pass(moment)
    life.changeRecords()
    if (life.random.chance(0.5)) life.failForMinutes()
    await life.pass(dayMs - moment)
  }
  await life.check()
}

/** People ask for syncs: one at a time, several at once, and while a sync is under way. */
export async function dayOfMessages(life: AccountLife): Promise<void> {
  for (let quarter = 0; quarter < 4; quarter++) {
    const moment = life.random.below(dayMs / 4)
    await life.pass(moment)
    life.changeRecords()
    if (life.random.chance(0.5)) await holdSync(life)
    for (let count = 1 + life.random.below(3); count > 0; count--) await life.ask(life.someResync())
    await life.pass(dayMs / 4 - moment)
  }
  await life.check()
}

/** A sync is under way, and waits for Gem. */
async function holdSync(life: AccountLife): Promise<void> {
  life.failForMinutes()
  await life.ask({ mode: 'full' })
  await life.pass(minuteMs / 2)
}

/** The schedule changes, and changes again. */
export async function dayOfSettings(life: AccountLife): Promise<void> {
  for (let half = 0; half < 2; half++) {
    const moment = life.random.below(dayMs / 2)
    await life.pass(moment)
    await life.set({ deltaEvery: life.random.pick([2, 3, 4]), fullEvery: life.random.pick([5, 10, 24]) })
    await life.pass(dayMs / 2 - moment)
  }
  await life.check()
}

/** Gem is away: few calls in any hour, and whoever asks for a sync meanwhile gets it afterwards. */
export async function outage(life: AccountLife, days: number): Promise<void> {
  const { gem } = life.product
  const from = life.now
  const away = gem.faults.add({ kind: life.random.pick(['503', 'reset'] as const), times: 'always' })
  const totals = [gem.requests.total]
  for (let quarters = 1; quarters <= days * 24 * 4; quarters++) {
    await life.pass(hourMs / 4)
    totals.push(gem.requests.total)
    const calls = gem.requests.total - (totals.at(-5) ?? gem.requests.total)
    assert.ok(calls < mostCallsAnHour, `${calls} calls in an hour to a Gem that is away`)
    if (quarters === 20) await life.ask(life.someResync())
  }
  away.remove()
  // What is under way asks again within a quarter of an hour.
  await life.pass(hourMs)
  life.outages.push({ from, to: life.now })
  await life.check()
}

/** No call at all. What is asked for meanwhile runs afterwards. */
export async function pause(life: AccountLife, days: number): Promise<void> {
  await life.pass(life.random.below(hourMs))
  await life.handle.signal('pause')
  await life.pass(minuteMs)
  const before = life.product.gem.requests.total
  for (let day = 0; day < days; day++) {
    await life.pass(dayMs)
    life.changeRecords()
    await life.ask(life.someResync())
  }
  assert.equal(life.product.gem.requests.total, before, 'a paused account calls Gem')
  await life.handle.signal('resume')
  await life.pass(hourMs)
  await life.check()
}

export interface CutPause {
  /** The pause holds a sync, or begins between two. */
  readonly amidSync: boolean
  /** What fills the history: one message more, or the end of the pause, which is still to be mirrored then. */
  readonly by: 'resync' | 'resume'
}

/** A pause in which so much is asked for that the history is cut, with a full queue. */
export async function pauseUntilCut(life: AccountLife, { amidSync, by }: CutPause): Promise<void> {
  await life.pass(hourMs)
  if (amidSync) await holdSync(life)
  await life.handle.signal('pause')
  await life.pass(minuteMs)
  const { runId } = await life.handle.describe()
  await fillHistory(life)
  const { queue } = await life.status()
  // A signal: an update is no event yet when its task begins.
  if (by === 'resync') await life.signalResync({ models: ['users'] })
  else await life.handle.signal('resume')
  await life.pass(minuteMs)
  assert.notEqual((await life.handle.describe()).runId, runId, 'the history is not cut')
  if (by === 'resync') await life.handle.signal('resume')
  await life.pass(hourMs)
  await life.check()
  const carried = life.expected.cuts.at(-1)?.carriedQueue ?? []
  const waited = queue.flatMap(({ models }) => models)
  assert.ok(waited.length > 0 && waited.every((model) => carried.includes(model)), `carried: ${carried}`)
}

/** Sends messages until the next one fills the history: it takes four events, of which its task sees three. */
async function fillHistory(life: AccountLife): Promise<void> {
  for (;;) {
    // Answered once all messages before have been worked.
    await life.status()
    const { historyLength } = await life.handle.describe()
    const room = mostEvents - historyLength - 3
    if (room < 0) return await untilWorked(life)
    // Those that are sent together share a task, or have up to four events each.
    const together = Math.min(20, Math.max(1, Math.floor(room / 4)))
    await Promise.all(Array.from({ length: together }, () => life.signalResync(life.someResync())))
  }
}

/** No task is open: one that is would take the next message along. */
async function untilWorked({ handle }: AccountLife): Promise<void> {
  await until(
    'the end of the workflow task',
    async () => {
      const { events } = await handle.fetchHistory()
      return events?.findLast(
        (event) =>
          event.workflowTaskScheduledEventAttributes ||
          event.workflowTaskStartedEventAttributes ||
          event.workflowTaskCompletedEventAttributes,
      )?.eventType
    },
    (type) => type === protocol.temporal.api.enums.v1.EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
  )
}

/** No worker is there, neither for the syncs that are due nor for what is asked for. */
export async function dayWithoutWorker(life: AccountLife): Promise<void> {
  await life.pass(hourMs)
  await life.check()
  await life.product.skipWithoutWorker('1 day', () => life.signalResync({ models: ['users'] }))
  life.expected.workerCameBack(life.now)
  await life.pass(hourMs)
  await life.check()
}

/** The last full sync: then nothing may be missing, neither in the mirror nor of what was asked for. */
export async function lastSync(life: AccountLife): Promise<void> {
  await life.pass(hourMs)
  await life.ask({ mode: 'full' })
  await life.pass(hourMs)
  await life.check()
  await life.checkEnd()
}
