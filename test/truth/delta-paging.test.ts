import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { falselyDeleted, stories, tell } from './drift.ts'
import type { Mirror } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'
import { unmarked } from './rows.ts'

const mirrors = await mirrorsOfFile()

const gems = fc.record({
  order: fc.constantFrom('created-asc', 'created-desc', 'updated-desc'),
  totals: fc.boolean(),
})
const scenes = fc.record({
  // Without totals, nobody can notice that a row has gone from a part that was read already.
  gem: fc.oneof(
    fc.record({ switches: gems, story: stories(['insert', 'update', 'edit silently']) }),
    fc.record({
      switches: gems.map((switches) => ({ ...switches, totals: true })),
      story: stories(['vanish', 'edit silently']),
    }),
  ),
  share: fc.double({ min: 0.2, max: 1, noNaN: true }),
  perPage: fc.integer({ min: 3, max: 20 }),
  inFlight: fc.integer({ min: 1, max: 3 }),
})

describe("a delta's window that changes between its pages", () => {
  test('loses no change that moved a time, if the next delta is quiet', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async ({ gem: { switches, story }, share, perPage, inFlight }) => {
        const mirror = await mirrors.mirror({ candidates: 40, switches, settings: { maxPerPage: perPage } })
        const { world, faults } = mirror.gem
        await mirror.sync({ models: ['candidates'] })
        mirror.clock.forward(60)
        const ids = unmarked(world, 'candidates')
        const changed = ids.filter((_, index) => (index * 7) % ids.length < share * ids.length)
        for (const id of changed) world.update('candidates', id, { company: 'Changed' })
        mirror.clock.forward(60)
        tell(mirror, 'candidates', story)
        await mirror.sync({ mode: 'delta', models: ['candidates'], inFlight })
        faults.clear()
        assert.deepEqual(await falselyDeleted(mirror, 'candidates', 'candidates'), [])

        mirror.clock.forward(60)
        await mirror.sync({ mode: 'delta', models: ['candidates'], inFlight })
        await assertNoChangeLost(mirror, changed)
      }),
      { numRuns: 40 },
    )
  })
})

describe('a delta that shows fewer rows than Gem says there are', () => {
  async function changed() {
    const mirror = await mirrors.mirror({ candidates: 40, settings: { maxPerPage: 10 } })
    await mirror.sync({ models: ['candidates'] })
    mirror.clock.forward(60)
    const ids = unmarked(mirror.gem.world, 'candidates').slice(0, 15)
    for (const id of ids) mirror.gem.world.update('candidates', id, { company: 'Changed' })
    mirror.gem.requests.reset()
    return { mirror, ids }
  }

  for (const fault of [
    { kind: 'empty-page', page: 1 },
    { kind: 'empty-page', page: 2 },
    { kind: 'short-page', rows: 2 },
  ] as const) {
    test(`reads it again: ${JSON.stringify(fault)}`, async () => {
      const { mirror, ids } = await changed()
      mirror.gem.faults.add({ ...fault, stream: 'candidates' })
      assert.equal((await mirror.sync({ mode: 'delta', models: ['candidates'] })).state, 'SUCCEEDED')
      await assertNoChangeLost(mirror, ids)
    })
  }

  test('reads it twice and no more where it is the total that is wrong, and keeps all that comes', async () => {
    const { mirror, ids } = await changed()
    const headers = { 'x-pagination': '{"total":100}' }
    mirror.gem.faults.add({ kind: 'wrong-headers', headers, stream: 'candidates', times: 'always' })
    const { error } = await mirror.sync({ mode: 'delta', models: ['candidates'] })
    assert.equal(error, 'candidates: Gem announced 100 records and returned 15')
    await assertNoChangeLost(mirror, ids)
    const { candidates: calls = 0 } = mirror.gem.requests.byStream
    assert.ok(calls <= 3 + 15, `${calls} calls`)
  })
})

async function assertNoChangeLost({ gem, pool, account }: Mirror, changed: readonly string[]): Promise<void> {
  const { rows } = await pool.query<{ remote_id: string; remote_data: Record<string, unknown> }>(
    'select remote_id, remote_data from ats.candidates where account = $1',
    [account],
  )
  const stored = new Map(rows.map((row) => [row.remote_id, row.remote_data]))
  const alive = unmarked(gem.world, 'candidates')
  assert.deepEqual(
    alive.filter((id) => !stored.has(id)),
    [],
  )
  const stale = changed.filter((id) => alive.includes(id) && stored.get(id)?.company !== 'Changed')
  assert.deepEqual(stale, [])
  const old = alive.filter((id) => stored.get(id)?.updated_at !== gem.world.get('candidates', id)?.updated_at)
  assert.deepEqual(old, [])
}
