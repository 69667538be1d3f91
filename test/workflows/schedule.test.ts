import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { type Intervals, jitter, nextSync, type SyncStarts } from '../../src/workflows/schedule.ts'

const hour = 3_600_000
const account = 'acme'
const intervals: Intervals = { deltaEveryMs: 3 * hour, fullEveryMs: 10 * hour }
const noon = Date.UTC(2026, 0, 31, 12)
/** More than any jitter. */
const fiveMinutes = 5 * 60_000

const someName = fc.stringMatching(/^[a-z0-9][a-z0-9_-]{0,62}$/)
const someInterval = fc.integer({ min: 1_000, max: 40 * 24 * hour })
const someTime = fc.integer({ min: 0, max: 4e12 })

describe('the next sync', () => {
  test('is a full one at once if there was none before', () => {
    const starts = { full: null, delta: null }
    assert.deepEqual(nextSync(starts, intervals, account, noon), { mode: 'full', at: noon })
  })

  test('is a full one at once if there were deltas only', () => {
    const starts = { full: null, delta: noon - 1 }
    assert.deepEqual(nextSync(starts, intervals, account, noon), { mode: 'full', at: noon })
  })

  test('is a delta one interval after the last start, and the account’s own jitter', () => {
    const starts = { full: noon, delta: noon }
    const at = noon + 3 * hour + jitter(account, 3 * hour)
    assert.deepEqual(nextSync(starts, intervals, account, noon + 1), { mode: 'delta', at })
  })

  test('counts a delta from the last sync of any kind, and a full from the last full', () => {
    const starts = { full: noon, delta: noon + 8 * hour }
    const at = noon + 10 * hour + jitter(account, 10 * hour)
    assert.deepEqual(nextSync(starts, intervals, account, noon + 8 * hour), { mode: 'full', at })
  })

  test('is the full one if both are due, and then one alone however long the outage was', () => {
    const starts = { full: noon, delta: noon }
    const afterOutage = noon + 100 * hour
    const due = nextSync(starts, intervals, account, afterOutage)
    assert.equal(due.mode, 'full')
    assert.ok(due.at <= afterOutage)
    const next = nextSync({ full: afterOutage, delta: afterOutage }, intervals, account, afterOutage)
    assert.equal(next.mode, 'delta')
    assert.ok(next.at >= afterOutage + 3 * hour)
  })

  test('is the delta if it alone is due', () => {
    const due = nextSync({ full: noon, delta: noon }, intervals, account, noon + 4 * hour)
    assert.equal(due.mode, 'delta')
    assert.ok(due.at <= noon + 4 * hour)
  })

  test('is a full one each time where fulls are wanted more often than deltas', () => {
    const often = { deltaEveryMs: 10 * hour, fullEveryMs: 3 * hour }
    const due = nextSync({ full: noon, delta: noon }, often, account, noon)
    assert.deepEqual(due, { mode: 'full', at: noon + 3 * hour + jitter(account, 3 * hour) })
  })
})

/** Lets an account live by its schedule: the starts of its syncs, each of which begins when it is due. */
function live(from: SyncStarts, intervals: Intervals, clocks: readonly number[]): number[] {
  let starts = from
  const begun: number[] = []
  for (const now of clocks) {
    const due = nextSync(starts, intervals, account, now)
    if (due.at > now) continue
    begun.push(now)
    starts = { full: due.mode === 'full' ? now : starts.full, delta: now }
  }
  return begun
}

describe('a schedule', () => {
  test('never begins two syncs within less than the shorter interval while the clock goes forwards', () => {
    fc.assert(
      fc.property(
        fc.record({ deltaEveryMs: someInterval, fullEveryMs: someInterval }),
        fc.array(someTime, { maxLength: 200 }).map((times) => times.sort((one, other) => one - other)),
        (some, clocks) => {
          const begun = live({ full: null, delta: null }, some, clocks)
          const shorter = Math.min(some.deltaEveryMs, some.fullEveryMs)
          for (const [index, start] of begun.slice(1).entries()) assert.ok(start - begun[index]! >= shorter)
        },
      ),
    )
  })

  test('does not become hot when the clock goes backwards', () => {
    fc.assert(
      fc.property(
        someTime,
        fc.array(fc.integer({ min: 0, max: 3 * hour - 1 }), { maxLength: 50 }),
        (now, steps) => {
          const starts = { full: now, delta: now }
          const clocks = steps.map((step) => now - step)
          assert.deepEqual(live(starts, intervals, clocks), [])
        },
      ),
    )
  })

  test('goes on one interval later at the latest once a clock that went backwards has been used for a sync', () => {
    const backwards = noon - 48 * hour
    const next = nextSync({ full: noon, delta: backwards }, intervals, account, backwards)
    assert.deepEqual(next, { mode: 'delta', at: backwards + 3 * hour + jitter(account, 3 * hour) })
  })
})

describe('the jitter of an account', () => {
  test('is the same every time, and within a twentieth of the interval and five minutes', () => {
    fc.assert(
      fc.property(someName, someInterval, (name, every) => {
        const some = jitter(name, every)
        assert.equal(jitter(name, every), some)
        assert.ok(Number.isInteger(some) && some >= 0 && some <= every / 20 && some < fiveMinutes)
      }),
    )
  })

  test('spreads accounts evenly', () => {
    const tenths = Array.from({ length: 10 }, () => 0)
    for (let index = 0; index < 1_000; index++) {
      const tenth = Math.floor((jitter(`customer-${index}`, 10 * hour) / fiveMinutes) * 10)
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    }
    for (const count of tenths) assert.ok(count > 60 && count < 140, `1000 accounts fall as ${tenths}`)
  })

  test('is far apart for names that differ in their last character alone', () => {
    const all = Array.from({ length: 10 }, (_, index) => jitter(`acme-${index}`, 10 * hour))
    assert.ok(Math.max(...all) - Math.min(...all) > fiveMinutes / 2, `they fall as ${all}`)
  })
})
