import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StreamName } from '../../src/embedded/simulated-gem/index.ts'
import { streams } from '../../src/streams.ts'
import type { EndedRun, Mirror, MirrorOptions } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'
import { markedIds, rowOf, unmarked, watermarkOf } from './rows.ts'

const mirrors = await mirrorsOfFile()

const windowed: readonly StreamName[] = ['candidates', 'applications', 'scheduled_interviews']
const overlap = 10 * 60_000

describe('a watermark', () => {
  async function synced(options: MirrorOptions = {}) {
    const mirror = await mirrors.mirror({ candidates: 80, ...options })
    const first = await mirror.sync()
    mirror.clock.forward(60)
    return { mirror, first }
  }
  const expected = ({ gemStart }: EndedRun) => new Date(gemStart.getTime() - overlap)
  const watermarks = (mirror: Mirror) => Promise.all(windowed.map((stream) => watermarkOf(mirror, stream)))

  test("is where the run began by Gem's clock less the overlap, for late streams too", async () => {
    const { mirror, first } = await synced()
    assert.deepEqual(
      await watermarks(mirror),
      windowed.map(() => expected(first)),
    )
    mirror.gem.faults.add({ kind: 'drift', stream: 'jobs', before: () => mirror.clock.forward(30) })
    const second = await mirror.sync({ mode: 'delta' })
    assert.deepEqual(
      await watermarks(mirror),
      windowed.map(() => expected(second)),
    )
  })

  test('asks for what has changed since then, and for no more', async () => {
    const { mirror, first } = await synced()
    mirror.gem.requests.reset()
    await mirror.sync({ mode: 'delta' })
    const asked = mirror.gem.requests
      .entries()
      .filter(({ stream }) => windowed.includes(stream as StreamName))
    const since = expected(first).toISOString()
    assert.deepEqual(
      asked.map(({ stream, query: { page: _, per_page: __, include_deleted, ...filters } }) => [
        stream,
        include_deleted,
        filters,
      ]),
      [
        ['candidates', 'true', { updated_after: since }],
        ['applications', 'true', { last_activity_after: since }],
        ['applications', 'true', { created_after: since }],
        ['scheduled_interviews', 'true', { updated_after: since }],
      ],
    )
  })

  test('stays where it was while its stream fails, so that the next delta finds what this one missed', async () => {
    const { mirror, first } = await synced({ settings: { maxPerPage: 10 } })
    const { world, faults } = mirror.gem
    const changed = unmarked(world, 'candidates').slice(0, 30)
    for (const id of changed) world.update('candidates', id, { title: 'Changed' })
    faults.add({ kind: '503', stream: 'candidates', page: 2, times: 'always' })
    const failed = await mirror.sync({ mode: 'delta' })
    faults.clear()
    assert.equal(failed.state, 'PARTIALLY_FAILED')
    assert.deepEqual(await watermarks(mirror), [expected(first), expected(failed), expected(failed)])
    mirror.clock.forward(60)
    await mirror.sync({ mode: 'delta' })
    for (const id of changed) assert.equal((await rowOf(mirror, 'candidates', id)).title, 'Changed')
  })

  const clocks: readonly [string, string | null][] = [
    ['a year ahead', 'Tue, 23 Nov 2027 11:00:00 GMT'],
    ['a minute ahead', 'Mon, 23 Nov 2026 11:01:00 GMT'],
    ['a day back', 'Sun, 22 Nov 2026 11:00:00 GMT'],
    ['in another age', 'Thu, 01 Jan 1970 00:00:00 GMT'],
    ['none', null],
    ['nonsense', 'midnight'],
  ]
  for (const [what, date] of clocks) {
    test(`loses no change where Gem's clock shows ${what}`, async () => {
      const { mirror } = await synced({ settings: { maxPerPage: 25, overlapMs: 0 } })
      const { world, faults } = mirror.gem
      faults.add({ kind: 'wrong-headers', headers: { date }, times: 'always' })
      await mirror.sync({ mode: 'delta' })
      for (const clearsUp of [false, true]) {
        mirror.clock.forward(0.5)
        const fields = { rejection_reason: { id: 'r', name: `Right away, ${clearsUp}` } }
        const changed = windowed.map((stream) => {
          const [id = ''] = unmarked(world, stream)
          world.update(stream, id, fields)
          return [stream, id] as const
        })
        mirror.clock.forward(30)
        if (clearsUp) faults.clear()
        assert.equal((await mirror.sync({ mode: 'delta' })).state, 'SUCCEEDED')
        for (const [stream, id] of changed) {
          const { remote_data } = await rowOf(mirror, streams[stream].model, id)
          assert.partialDeepStrictEqual(remote_data, fields, `${stream}, clear: ${clearsUp}`)
        }
      }
    })
  }

  test('is not moved by a resync from a time that a person chose', async () => {
    const { mirror, first } = await synced()
    for (const since of ['2020-01-01T00:00:00.000Z', '2026-11-23T10:50:00.000Z']) {
      assert.equal((await mirror.sync({ mode: 'delta', since })).state, 'SUCCEEDED')
      assert.deepEqual(
        await watermarks(mirror),
        windowed.map(() => expected(first)),
      )
    }
  })

  test('moves as ever where Gem ignores the filters, and what else they bring deletes nothing', async () => {
    const ignoredFilters = ['updated_after', 'last_activity_after', 'created_after']
    const { mirror } = await synced({ switches: { ignoredFilters }, settings: { maxPerPage: 25 } })
    const before = await markedIds(mirror, 'candidates')
    const { world } = mirror.gem
    const [silent, vanished] = unmarked(world, 'candidates') as [string, string]
    world.update('candidates', silent, { title: 'Shown all the same' }, { silent: true })
    world.vanish('candidates', vanished)
    const delta = await mirror.sync({ mode: 'delta' })
    assert.deepEqual(
      await watermarks(mirror),
      windowed.map(() => expected(delta)),
    )
    assert.equal((await rowOf(mirror, 'candidates', silent)).title, 'Shown all the same')
    assert.deepEqual(await markedIds(mirror, 'candidates'), before)
  })

  test('closes a full sync too: who comes at a page that was read already is not missed', async () => {
    const { mirror, first } = await synced({
      switches: { order: 'created-desc', totals: false },
      settings: { maxPerPage: 25 },
    })
    let newcomer = ''
    mirror.gem.faults.add({
      ...{ kind: 'drift', stream: 'candidates', page: 2 },
      before: (world) => {
        newcomer = world.create('candidates')
      },
    })
    mirror.gem.requests.reset()
    await mirror.sync()
    await rowOf(mirror, 'candidates', newcomer)
    const windows = mirror.gem.requests.entries().map(({ query }) => query.updated_after)
    assert.ok(windows.includes(expected(first).toISOString()))
  })

  test('is there after the first delta of a list that was never read', async () => {
    const mirror = await mirrors.mirror({ candidates: 80 })
    const delta = await mirror.sync({ mode: 'delta' })
    assert.deepEqual(
      await watermarks(mirror),
      windowed.map(() => expected(delta)),
    )
    const { rows } = await mirror.pool.query(
      'select count(*)::int as all from ats.candidates where account = $1',
      [mirror.account],
    )
    assert.equal(rows[0].all, 80)
  })
})
