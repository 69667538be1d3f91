import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { mirrorsOfFile } from './mirrors-of-file.ts'

const mirrors = await mirrorsOfFile()

const scenes = fc.record({
  rows: fc.integer({ min: 1, max: 150 }),
  /** Rows a page, whatever is asked for. */
  served: fc.integer({ min: 3, max: 60 }),
  asked: fc.integer({ min: 20, max: 45 }),
  totals: fc.boolean(),
  mode: fc.constantFrom('full', 'delta'),
  inFlight: fc.integer({ min: 1, max: 3 }),
  /** Requests that fail, upon which fewer rows are asked for: how many come through before each. */
  failures: fc.array(fc.nat({ max: 6 }), { maxLength: 4 }),
})

describe('a server that has page sizes of its own', () => {
  test('loses no row, although the size that is asked for changes meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async ({ rows, served, asked, totals, mode, inFlight, failures }) => {
        const mirror = await mirrors.mirror({
          ...{ candidates: 6, switches: { totals }, settings: { maxPerPage: asked } },
        })
        const { world, faults } = mirror.gem
        world.replaceAll(
          'users',
          Array.from({ length: rows }, (_, index) => ({ id: `user-${index}` })),
        )
        for (const skip of failures) faults.add({ kind: '500', stream: 'users', skip })
        faults.add({ kind: 'ignored-per-page', stream: 'users', rows: served, times: 'always' })
        const run = await mirror.sync({ mode, inFlight, streams: ['users'] })
        assert.deepEqual([run.state, run.error], ['SUCCEEDED', null])
        const found = await mirror.pool.query('select 1 from ats.users where account = $1', [mirror.account])
        assert.equal(found.rowCount, rows)
      }),
      {
        numRuns: 60,
        examples: [
          // A page of a smaller size that is empty, though a row is left: the server counts by its own size.
          [{ rows: 34, served: 33, asked: 33, totals: false, mode: 'full', inFlight: 1, failures: [1] }],
        ],
      },
    )
  })
})
