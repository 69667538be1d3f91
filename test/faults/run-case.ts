import assert from 'node:assert/strict'
import { streams } from '../../src/streams.ts'
import type { EndedRun } from '../truth/mirror.ts'
import { attempts, type FaultCase } from './cases/fault-case.ts'
import type { Place } from './place.ts'

/** The most that a list which cannot be read may cost a sync, once it is known for it: no sync begins twice an hour. */
const mostCallsAgain = 9

/** For the one who is gone: the second sync finds nobody else gone. */
const callsOfALook = 3

/**
 * Syncs a list while something is wrong with it, and again when that is over. The first sync ends as the case says,
 * deletes nothing that is there, and moves no watermark unless all was read; after the second one all is as Gem has it.
 */
export async function runCase(place: Place, fault: FaultCase): Promise<void> {
  const { mirror, stream } = place
  const { gem, clock } = mirror
  const says = fault.spares?.includes(stream) ? null : fault.says
  place.change()
  place.exchange()
  clock.forward(60)
  const before = await place.watermark()

  strike(place, fault)
  const calls = await callsOf(place, () => sync(place, fault, says))
  if (says !== null) {
    assert.deepEqual(await place.watermark(), before, 'the watermark has moved')
    if (!fault.isShort) await assertCheapAgain(place, fault, says)
  }
  await place.assertNoneFalselyDeleted()

  clock.forward(0.5)
  place.change()
  gem.faults.clear()
  gem.setSwitches({ totals: true, order: 'created-asc', ignoredFilters: [], itemReads: true })
  clock.forward(60)
  const honest = await callsOf(place, () => heal(place, fault))
  await place.assertWhole()
  const most = honest + fault.extraCalls + (place.mode === 'full' ? callsOfALook : 0)
  assert.ok(calls <= most, `${calls} calls, where ${honest} do without the fault`)
}

function strike({ mirror: { gem }, stream }: Place, { faults = [], switches = {} }: FaultCase): void {
  for (const fault of faults) gem.faults.add({ times: 'always', target: 'list', ...fault, stream })
  gem.setSwitches(switches)
}

async function callsOf({ mirror: { gem }, stream }: Place, act: () => Promise<unknown>): Promise<number> {
  gem.requests.reset()
  await act()
  return gem.requests.byStream[stream] ?? 0
}

async function sync(place: Place, fault: FaultCase, says: RegExp | null, tries = fault.tries ?? attempts) {
  const { mirror, stream, mode } = place
  const client = fault.client ? { client: fault.client(mirror.gem) } : {}
  const run = await mirror.sync({ mode, streams: [stream], attempts: tries, ...client })
  if (says === null) assert.deepEqual([run.state, run.error], ['SUCCEEDED', null])
  else await assertSays(place, run, fault.isShort ? 'PARTIALLY_FAILED' : 'FAILED', says)
}

/** What a person reads names the list, the page and the cause, under the account; and nobody's name, and no key. */
async function assertSays(
  { mirror, stream }: Place,
  run: EndedRun,
  state: 'FAILED' | 'PARTIALLY_FAILED',
  says: RegExp,
): Promise<void> {
  const { rows } = await mirror.pool.query(
    `select r.account, r.state, r.error, s.state as stream_state, s.error as stream_error
    from sync.runs r join sync.run_streams s on s.run_id = r.id where r.id = $1 and s.stream = $2`,
    [run.runId, stream],
  )
  const [{ stream_error: error, ...told }] = rows
  assert.deepEqual(told, {
    ...{ account: mirror.account, state, error: `${stream}: ${error}`, stream_state: 'FAILED' },
  })
  const place = new RegExp(`^GET ${streams[stream].path}(?:\\{id\\}| page \\d+ \\(\\d+ per page\\)): `)
  // A list that was read to its end fails as a whole.
  if (state === 'FAILED') assert.match(error, place)
  assert.match(error.replace(place, ''), says)
  assert.ok(!error.includes(mirror.gem.apiKey) && !error.includes('@'), error)
  for (const id of mirror.gem.world.ids(stream)) assert.ok(!error.includes(id), error)
}

/** Once it is known to fail a list gets one try a sync. */
async function assertCheapAgain(place: Place, fault: FaultCase, says: RegExp): Promise<void> {
  const calls = await callsOf(place, () => sync(place, fault, says, 1))
  assert.ok(calls <= mostCallsAgain, `${calls} calls of a list that is known to fail`)
}

async function heal(place: Place, { hides }: FaultCase): Promise<void> {
  const { mirror, stream, mode } = place
  const modes = hides && mode === 'delta' ? (['delta', 'full'] as const) : [mode]
  for (const next of modes) {
    const run = await mirror.sync({ streams: [stream], mode: next })
    assert.deepEqual([run.state, run.error], ['SUCCEEDED', null])
  }
}
