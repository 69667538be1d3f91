import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Random } from '../../src/embedded/simulated-gem/generate/random.ts'
import type { SimulatedGem, Switches } from '../../src/embedded/simulated-gem/index.ts'
import { differences } from '../support/oracle/differences.ts'
import { Life } from '../support/oracle/life.ts'
import { type Moment, readChangeTimes, restlessPairs, wronglyMoved } from '../support/oracle/moved-rows.ts'
import { readTables } from '../support/oracle/read-tables.ts'
import { changedSince, everything } from './deltas.ts'
import type { Mirror } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'
import { changeSomething } from './random-life.ts'

const mirrors = await mirrorsOfFile()

const overlap = 10 * 60_000
const settings = {
  jobBoard: 'acme',
  integrationFields: [{ model: 'candidates' as const, key: 'title', label: 'Title', path: '$.title' }],
}

/** What nobody knows of Gem, one way and the other. */
const gems: readonly (readonly [number, Partial<Switches>])[] = [
  [1, {}],
  [
    2,
    {
      ...{ mergedCandidates: 'vanish', cancelledInterviews: 'vanish', candidateFollowsApplications: true },
      ...{ totals: false, itemReads: false, order: 'updated-desc', lastActivityMoves: 'everything' },
    },
  ],
]

describe('a life of 2,000 changes over 40 deltas and 4 fulls, with faults', () => {
  for (const [seed, switches] of gems) {
    test(`is mirrored exactly after every sync, seed ${seed}, ${JSON.stringify(switches)}`, async () => {
      const mirror = await mirrors.mirror({
        ...{ candidates: 150, seed, switches },
        settings: { ...settings, maxPerPage: 60 },
      })
      await live(mirror, seed)
    })
  }
})

async function live(mirror: Mirror, seed: number): Promise<void> {
  const { gem, clock, account, pool } = mirror
  const random = new Random(seed)
  const life = new Life({ account, settings })
  const first = await mirror.sync()
  let watermark = first.gemStart.getTime() - overlap
  let expected = life.read({ lists: everything(gem.world), isFull: true, during: first.during })
  let moment = await momentOf(mirror)
  assert.deepEqual(differences(expected, moment.tables), [], `seed ${seed}, first sync`)

  for (let round = 1; round <= 44; round++) {
    const changes: string[] = []
    // More than the overlap passes between two syncs: what a window begins with matters.
    for (let step = 0; step < 3; step++) {
      clock.forward(45)
      for (let change = 0; change < 15 + (step === 2 ? 1 : 0); change++)
        changes.push(changeSomething(gem.world, random))
    }
    clock.forward(45)
    const mode = round % 11 === 0 ? 'full' : 'delta'
    const place = `seed ${seed}, round ${round} (${mode})\n${changes.join(', ')}`
    const lists = mode === 'full' ? everything(gem.world) : changedSince(gem.world, new Date(watermark))
    strikeAtRandom(gem, seed * 1000 + round)
    const run = await mirror.sync({ mode, attempts: 50, inFlight: 1 + (round % 3) })
    gem.faults.clear()
    assert.deepEqual([run.state, run.error], ['SUCCEEDED', null], place)

    watermark = run.gemStart.getTime() - overlap
    expected = life.read({ lists, isFull: mode === 'full', during: run.during })
    const next = await momentOf(mirror)
    assert.deepEqual(differences(expected, next.tables), [], place)
    assert.deepEqual([...wronglyMoved(moment, next), ...restlessPairs(moment, next)], [], place)
    moment = next
  }
  assert.ok((await pool.query('select 1 from ats.candidates where account = $1', [account])).rowCount! > 150)
}

function strikeAtRandom(gem: SimulatedGem, seed: number): void {
  const kinds = [
    '500',
    '502-html',
    '503',
    '504',
    'reset',
    'truncated-json',
    'truncated-body',
    'not-array',
  ] as const
  gem.faults.random({ seed, probability: 0.15, kinds: [...kinds, 'throttle'], details: { retryAfter: 1 } })
}

async function momentOf({ pool, account }: Mirror): Promise<Moment> {
  return { tables: await readTables(pool, account), changes: await readChangeTimes(pool, account) }
}
