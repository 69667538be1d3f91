import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Meter, silentMeter } from '../../src/activities/meter.ts'
import type { MainTable } from '../../src/streams.ts'
import type { Mirror, MirrorOptions } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'
import { markedIds, recordOf, unmarked } from './rows.ts'

const mirrors = await mirrorsOfFile()

/** The exact command that whoever has looked into Gem sends. */
const commandFor = ({ account }: Mirror, table: MainTable) =>
  `: temporal workflow signal --workflow-id gem-account-${account} --name resync ` +
  `--input '{"mode":"full","models":["${table}"],"confirmDeletions":true}'`

describe('the guard against false mass deletion', () => {
  const synced = (options: MirrorOptions = {}) => mirrors.synced({ candidates: 80, ...options })

  test('keeps all rows above its share, says so, and gives way to a confirmation', async () => {
    const mirror = await synced()
    const { world } = mirror.gem
    const before = await markedIds(mirror, 'candidates')
    const gone = unmarked(world, 'candidates').slice(0, 30)
    for (const id of gone) world.vanish('candidates', id)
    const heldBack: MainTable[] = []
    const meter: Meter = { ...silentMeter, deletionsHeldBack: (model) => heldBack.push(model) }
    for (let full = 0; full < 2; full++) {
      const run = await mirror.sync({ meter })
      const { run: told, stream } = await recordOf(mirror, run, 'candidates')
      assert.equal(told.state, 'PARTIALLY_FAILED')
      assert.match(told.error, /candidates: .*30 of \d+ candidates .*maxShare.*confirmDeletions/)
      assert.deepEqual([stream.state, stream.deleted], ['FAILED', 0])
      assert.match(stream.error, /nothing was marked as deleted/)
      assert.ok(stream.error.endsWith(commandFor(mirror, 'candidates')), stream.error)
      assert.deepEqual(await markedIds(mirror, 'candidates'), before)
    }
    assert.deepEqual(heldBack, ['candidates', 'candidates'])
    const confirmed = await mirror.sync({ confirmDeletions: ['candidates'], meter })
    assert.equal(confirmed.state, 'SUCCEEDED')
    assert.equal(heldBack.length, 2)
    assert.deepEqual(await markedIds(mirror, 'candidates'), [...before, ...gone].sort())
    assert.equal((await recordOf(mirror, confirmed, 'candidates')).stream.deleted, 30)
    assert.equal((await mirror.sync()).state, 'SUCCEEDED')
  })

  test('lets a large share go that Gem marks itself', async () => {
    const mirror = await synced()
    const marked = unmarked(mirror.gem.world, 'candidates').slice(0, 40)
    for (const id of marked) mirror.gem.world.delete('candidates', id)
    assert.equal((await mirror.sync()).state, 'SUCCEEDED')
    const found = await markedIds(mirror, 'candidates')
    assert.ok(marked.every((id) => found.includes(id)))
  })

  test('lets a large share of a small model go', async () => {
    const mirror = await synced()
    const jobs = unmarked(mirror.gem.world, 'jobs')
    assert.ok(jobs.length < 20)
    const gone = jobs.slice(0, 8)
    for (const id of gone) mirror.gem.world.vanish('jobs', id)
    assert.equal((await mirror.sync()).state, 'SUCCEEDED')
    const found = await markedIds(mirror, 'jobs')
    assert.ok(gone.every((id) => found.includes(id)))
  })

  for (const totals of [true, false]) {
    test(`takes an empty first page for a fault ${totals ? 'with' : 'without'} totals, of a small model too`, async () => {
      const mirror = await synced({ switches: { totals } })
      for (const [stream, table] of [
        ['jobs', 'jobs'],
        ['candidates', 'candidates'],
      ] as const) {
        const before = await markedIds(mirror, table)
        mirror.gem.faults.add({ kind: 'empty-page', stream, times: 'always' })
        const { run } = await recordOf(mirror, await mirror.sync(), stream)
        assert.deepEqual([run.state, await markedIds(mirror, table)], ['PARTIALLY_FAILED', before])
        mirror.gem.faults.clear()
      }
    })
  }

  test('believes in an empty list once a person confirms', async () => {
    const mirror = await synced()
    const { world } = mirror.gem
    for (const id of [...world.ids('scheduled_interviews')]) world.vanish('scheduled_interviews', id)
    assert.equal((await mirror.sync()).state, 'PARTIALLY_FAILED')
    assert.equal((await mirror.sync({ confirmDeletions: ['interviews'] })).state, 'SUCCEEDED')
    const { rows } = await mirror.pool.query(
      'select count(*)::int as alive from ats.interviews where account = $1 and remote_deleted_at is null',
      [mirror.account],
    )
    assert.equal(rows[0].alive, 0)
  })

  test('is not needed by a pass that ends early: it concludes nothing', async () => {
    const mirror = await synced({ settings: { maxPerPage: 25 } })
    const { world, faults } = mirror.gem
    const id = unmarked(world, 'candidates')[1]!
    const before = await markedIds(mirror, 'candidates')
    world.vanish('candidates', id)
    faults.add({ kind: '503', stream: 'candidates', skip: 2, times: 'always' })
    const failed = await mirror.sync()
    const { run, stream } = await recordOf(mirror, failed, 'candidates')
    assert.deepEqual([run.state, stream.state, stream.deleted], ['PARTIALLY_FAILED', 'FAILED', 0])
    assert.deepEqual(await markedIds(mirror, 'candidates'), before)
    faults.clear()
    assert.equal((await mirror.sync()).state, 'SUCCEEDED')
    assert.deepEqual(await markedIds(mirror, 'candidates'), [...before, id].sort())
  })

  test('has pages that end a list too soon looked into, one time or always', async () => {
    for (const times of [1, 'always'] as const) {
      const mirror = await synced({ settings: { maxPerPage: 25 }, switches: { totals: false } })
      const before = await markedIds(mirror, 'candidates')
      mirror.gem.faults.add({ kind: 'empty-page', stream: 'candidates', page: 4, times })
      assert.equal((await mirror.sync()).state, 'SUCCEEDED')
      assert.deepEqual(await markedIds(mirror, 'candidates'), before)
    }
  })
})
