import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { streamNames } from '../../src/streams.ts'
import type { SyncSummary } from '../../src/workflows/messages.ts'
import { refusedKey } from '../../src/workflows/obstacles.ts'
import type { DueSync } from '../../src/workflows/schedule.ts'
import {
  type AccountState,
  initialState,
  newRun,
  type RunProgress,
  refuse,
} from '../../src/workflows/state.ts'
import { statusOf, toMarkdown } from '../../src/workflows/status.ts'

const now = Date.UTC(2026, 0, 31, 12)
const later = '2026-01-31T13:00:00.000Z'
const earlier = '2026-01-31T11:00:00.000Z'
const due: DueSync = { mode: 'delta', at: Date.parse(later) }

function someRun(change: Partial<RunProgress> = {}): RunProgress {
  const id = '00000000-0000-4000-8000-000000000000'
  const wanted = { id, mode: 'full', trigger: 'start', models: ['candidates'] } as const
  const run = newRun(
    { ...wanted, since: null, fromWatermark: false, confirmedModels: [], startedAt: earlier },
    {},
  )
  return { ...run, ...change }
}

const status = (change: Partial<AccountState>, next: DueSync | null = due) =>
  statusOf('acme', { ...initialState(), ...change }, next, now)

describe('the status of an account', () => {
  test('is STARTING before anything is known', () => {
    const starting = status({}, null)
    assert.equal(starting.state, 'STARTING')
    assert.deepEqual([starting.waitingUntil, starting.nextSync, starting.phase], [null, null, null])
  })

  test('is WAITING between syncs, and says for what and until when', () => {
    const waiting = status({})
    assert.equal(waiting.state, 'WAITING')
    assert.equal(waiting.doing, `next delta sync at ${later}`)
    assert.equal(waiting.waitingUntil, later)
    assert.deepEqual(waiting.nextSync, { mode: 'delta', at: later })
  })

  test('is SYNCING during a run, and names the streams under way', () => {
    const run = someRun()
    for (const progress of run.streams.slice(0, 2)) progress.state = 'RUNNING'
    const syncing = status({ run })
    assert.equal(syncing.state, 'SYNCING')
    assert.equal(syncing.doing, 'full sync, users, job_stages')
    assert.equal(syncing.waitingUntil, null)
    assert.deepEqual(syncing.run, { id: run.id, mode: 'full', startedAt: earlier })
  })

  test('says of a pause of more than a day how to lift it', () => {
    const inAWeek = '2026-02-07T00:00:00.000Z'
    const limited = status({ run: someRun({ waitUntil: inAWeek, waitReason: 'throttled' }) })
    assert.equal(
      limited.doing,
      `Gem asked for a pause of more than a day: goes on at ${inAWeek}, or at once after the signal \`resume\``,
    )
  })

  test('is RATE_LIMITED while Gem’s pause lasts, and SYNCING again after it', () => {
    const limited = status({ run: someRun({ waitUntil: later, waitReason: 'throttled' }) })
    assert.deepEqual([limited.state, limited.waitingUntil], ['RATE_LIMITED', later])
    assert.equal(limited.doing, `Gem asked for a pause: goes on at ${later}`)
    const over = status({ run: someRun({ waitUntil: earlier, waitReason: 'throttled' }) })
    assert.deepEqual([over.state, over.waitingUntil], ['SYNCING', null])
  })

  test('says that a quota is used up', () => {
    const limited = status({ run: someRun({ waitUntil: later, waitReason: 'quota' }) })
    assert.match(limited.doing, /quota used up/)
  })

  test('is GEM_FAILS while Gem does not answer as it should, and says why and until when', () => {
    const trouble = { failures: 2, until: later, probe: 'users', since: earlier, why: 'status 500' } as const
    const failing = status({ run: someRun({ trouble }) })
    assert.deepEqual([failing.state, failing.waitingUntil], ['GEM_FAILS', later])
    assert.match(failing.doing, /\(status 500\): tried again at 2026-01-31T13:00/)
  })

  test('is PAUSED rather than anything else but lost credentials', () => {
    const run = someRun({ waitUntil: later, waitReason: 'throttled' })
    assert.equal(status({ run, paused: true }).state, 'PAUSED')
    assert.equal(status({ paused: true }).state, 'PAUSED')
    const lost = status({ run, paused: true, obstacle: refusedKey })
    assert.equal(lost.state, 'NEEDS_CREDENTIALS')
    assert.match(lost.doing, /account set-key/)
  })

  test('names what stands in the way, what ends it, and no time at which it goes on', () => {
    const why = 'The settings of account acme cannot be read: The setting rate.burst must be …'
    const held = status({ run: someRun(), obstacle: { kind: 'settings', why } })
    assert.equal(held.state, 'NEEDS_SETTINGS')
    assert.match(held.doing, /rate\.burst must be …: no calls until they can be read; .* every hour/)
    assert.deepEqual([held.waitingUntil, held.nextSync], [null, null])
    const sealed = status({ obstacle: { kind: 'keys', why: 'encrypted with another key' } })
    assert.equal(sealed.state, 'NEEDS_CREDENTIALS')
    assert.match(sealed.doing, /^encrypted with another key: no calls until the keys can be opened/)
  })

  test('shows a sync that is due and waits for the database', () => {
    const late = status({}, { mode: 'full', at: now })
    assert.equal(
      late.doing,
      `full sync, due since 2026-01-31T12:00:00.000Z: reads the account's settings from PostgreSQL`,
    )
    assert.equal(status({ run: someRun() }).doing, 'full sync, begins')
  })

  test('has a line for each stream of the run, in order, with what it has come to', () => {
    const run = someRun()
    const { streams } = status({ run })
    assert.deepEqual(
      streams.map(({ stream, state, pages }) => [stream, state, pages]),
      streamNames.slice(0, 6).map((stream) => [stream, 'PENDING', 0]),
    )
  })

  test('counts phases from 1, and a run whose streams have all ended is in none of them any more', () => {
    const run = someRun()
    const phases: (number | null)[] = [status({ run }).phase]
    for (const progress of run.streams) {
      progress.state = progress.stream === 'jobs' ? 'FAILED' : 'SUCCEEDED'
      phases.push(status({ run }).phase)
    }
    assert.deepEqual(phases, [1, 1, 2, 2, 3, 4, 4])
  })

  test('keeps the latest ten refusals, each cut to what a person reads', () => {
    const state = initialState()
    for (let index = 0; index < 25; index++) refuse(state, 'resync', `${index} ${'x'.repeat(10_000)}`, now)
    const { refusals } = statusOf('acme', state, null, now)
    assert.equal(refusals.length, 10)
    assert.match(refusals[9]?.why ?? '', /^24 x/)
    assert.ok(refusals.every(({ why }) => why.length <= 300))
  })

  test('shows what is queued', () => {
    const id = '00000000-0000-4000-8000-000000000000'
    const entry = {
      id,
      mode: 'full',
      models: ['jobs', 'users'],
      since: null,
      confirmedModels: ['jobs'],
    } as const
    const { queue, doing } = status({
      queue: { full: { ...entry, trigger: 'signal', fromWatermark: false } },
    })
    assert.deepEqual(queue, [entry])
    assert.equal(doing, `full sync, asked for: reads the account's settings from PostgreSQL`)
  })
})

describe('the status as Markdown', () => {
  const markdown = (change: Partial<AccountState>, next: DueSync | null = due) =>
    toMarkdown(status(change, next))

  test('begins with the state and what the account is doing', () => {
    assert.equal(
      markdown({}),
      `**WAITING** next delta sync at ${later}\n\nAccount: \`acme\`\n\nNext: delta at ${later}`,
    )
  })

  test('tells how the last sync ended, each line of its error quoted', () => {
    const lastSync: SyncSummary = {
      ...{ run: 'r', mode: 'full', state: 'PARTIALLY_FAILED', startedAt: earlier, finishedAt: later },
      ...{ error: 'jobs: not found\nusers: not found', rejected: 0 },
    }
    assert.match(
      markdown({ lastSync }),
      /Last sync: full, \*\*PARTIALLY_FAILED\*\* at .*\n\n> jobs: not found\n> users: not found/,
    )
  })

  test('tells how many records are rejected, and where to see them, if any are', () => {
    const ended = {
      run: 'r',
      mode: 'full',
      state: 'SUCCEEDED',
      startedAt: earlier,
      finishedAt: later,
    } as const
    const told = (rejected: number) => markdown({ lastSync: { ...ended, error: null, rejected } })
    assert.match(told(3), /\n\nRejected records: \*\*3\*\*, see `gem-ats-sync rejected list acme`\n/)
    assert.doesNotMatch(told(0), /[Rr]ejected records/)
  })

  test('is a table of the streams that no error text can break', () => {
    const run = someRun()
    run.streams[1]!.error = 'answered | with\nlines\r\n| and bars'
    const rows = markdown({ run })
      .split('\n')
      .filter((line) => line.startsWith('|'))
    assert.equal(rows.length, 2 + run.streams.length)
    const cells = rows.map((row) => row.split(/(?<!\\)\|/).length)
    assert.deepEqual(new Set(cells), new Set([11]))
  })

  test('shows a message of any name without falling apart', () => {
    const state = initialState()
    refuse(state, 'a`\n# b', 'unknown signal', now)
    assert.match(toMarkdown(statusOf('acme', state, due, now)), /Refused at [^\n]*: `a # b`: unknown signal$/)
  })

  test('shows the latest refusal', () => {
    const state = initialState()
    refuse(state, 'resync', 'first', now)
    refuse(state, 'resync', 'mode: expected "full" or "delta"', now)
    const shown = toMarkdown(statusOf('acme', state, due, now))
    assert.match(shown, /Refused at 2026-01-31T12:00:00.000Z: `resync`: mode: expected "full" or "delta"$/)
    assert.doesNotMatch(shown, /first/)
  })
})
