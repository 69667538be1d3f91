import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { updateKey } from '../../src/accounts/account-store.ts'
import { type MainTable, type StreamName, streamNames, streams } from '../../src/streams.ts'
import { newKeyring } from '../accounts/fixtures.ts'
import type { Mirror, MirrorOptions } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'
import { markedIds, recordOf, rowOf, unmarked } from './rows.ts'

const mirrors = await mirrorsOfFile()
const synced = (options: MirrorOptions = {}) =>
  mirrors.synced({ candidates: 80, ...options, switches: { totals: false, ...options.switches } })

const vanish = ({ gem: { world } }: Mirror, stream: StreamName, ids: readonly string[]) => {
  for (const id of ids) world.vanish(stream, id)
}

/** So many candidates vanish that the guard holds their deletion back. */
async function heldBack(mirror: Mirror, count = 30): Promise<string[]> {
  const gone = unmarked(mirror.gem.world, 'candidates').slice(0, count)
  vanish(mirror, 'candidates', gone)
  assert.equal((await mirror.sync()).state, 'PARTIALLY_FAILED')
  return gone
}

const confirm = (mirror: Mirror, ...models: MainTable[]) => mirror.sync({ models, confirmDeletions: models })

describe('a confirmation of deletions', () => {
  test('marks what the last full sync held back, and nothing in lists that come along', async () => {
    const mirror = await synced()
    const { world, faults } = mirror.gem
    const before = await markedIds(mirror, 'candidates')
    const interviews = unmarked(world, 'scheduled_interviews').slice(0, -3)
    vanish(mirror, 'scheduled_interviews', interviews)
    await mirror.sync()
    faults.add({ kind: 'empty-page', stream: 'candidates', times: 'always' })
    const run = await confirm(mirror, 'interviews')
    const { stream } = await recordOf(mirror, run, 'candidates')
    assert.deepEqual([run.state, stream.state, stream.deleted], ['PARTIALLY_FAILED', 'FAILED', 0])
    assert.deepEqual(await markedIds(mirror, 'candidates'), before)
    const marked = await markedIds(mirror, 'interviews')
    assert.ok(interviews.every((id) => marked.includes(id)))
  })

  test('marks what the last full sync held back and few others, but judges many others anew', async () => {
    const mirror = await synced()
    const before = await markedIds(mirror, 'candidates')
    const gone = await heldBack(mirror)
    const others = unmarked(mirror.gem.world, 'candidates').slice(0, 30)
    vanish(mirror, 'candidates', others)
    const run = await confirm(mirror, 'candidates')
    const { stream } = await recordOf(mirror, run, 'candidates')
    assert.deepEqual([stream.state, stream.deleted], ['FAILED', 30])
    assert.match(
      stream.error,
      /^besides the 30 whose deletion was confirmed, Gem no longer shows 30 of \d+ candidates .*: none of these was marked .*"models":\["candidates"\],"confirmDeletions":true\}'$/,
    )
    assert.deepEqual(await markedIds(mirror, 'candidates'), [...before, ...gone].sort())

    assert.equal((await confirm(mirror, 'candidates')).state, 'SUCCEEDED')
    assert.deepEqual(await markedIds(mirror, 'candidates'), [...before, ...gone, ...others].sort())
  })

  test('lets few go besides what was held back', async () => {
    const mirror = await synced()
    const gone = await heldBack(mirror)
    const others = unmarked(mirror.gem.world, 'candidates').slice(0, 3)
    vanish(mirror, 'candidates', others)
    assert.equal((await confirm(mirror, 'candidates')).state, 'SUCCEEDED')
    const marked = await markedIds(mirror, 'candidates')
    assert.ok([...gone, ...others].every((id) => marked.includes(id)))
  })

  test('confirms nothing that no full sync has held back', async () => {
    const mirror = await synced()
    const before = await markedIds(mirror, 'candidates')
    vanish(mirror, 'candidates', unmarked(mirror.gem.world, 'candidates').slice(0, 30))
    assert.equal((await confirm(mirror, 'candidates')).state, 'PARTIALLY_FAILED')
    assert.deepEqual(await markedIds(mirror, 'candidates'), before)
  })

  test('confirms nothing of a pass that is followed by a good one', async () => {
    const mirror = await synced()
    const before = await markedIds(mirror, 'candidates')
    const gone = await heldBack(mirror)
    for (const id of gone) mirror.gem.world.reappear('candidates', id)
    assert.equal((await mirror.sync()).state, 'SUCCEEDED')
    vanish(mirror, 'candidates', gone)
    assert.equal((await confirm(mirror, 'candidates')).state, 'PARTIALLY_FAILED')
    assert.deepEqual(await markedIds(mirror, 'candidates'), before)
  })

  test('is still there to be used after a delta, and after a full sync that could not read the list', async () => {
    const mirror = await synced()
    const gone = await heldBack(mirror)
    await mirror.sync({ mode: 'delta' })
    mirror.gem.faults.add({ kind: '503', stream: 'candidates', times: 'always' })
    await mirror.sync()
    mirror.gem.faults.clear()
    assert.equal((await confirm(mirror, 'candidates')).state, 'SUCCEEDED')
    const marked = await markedIds(mirror, 'candidates')
    assert.ok(gone.every((id) => marked.includes(id)))
  })

  test('does not outlive a change of the key', async () => {
    const mirror = await synced()
    const before = await markedIds(mirror, 'candidates')
    await heldBack(mirror)
    await updateKey(mirror.db, newKeyring(), mirror.account, { apiKey: 'another', applicationSecret: null })
    assert.equal((await confirm(mirror, 'candidates')).state, 'PARTIALLY_FAILED')
    assert.deepEqual(await markedIds(mirror, 'candidates'), before)
    assert.equal((await confirm(mirror, 'candidates')).state, 'SUCCEEDED')
  })
})

describe('a list that is empty although rows of it are known', () => {
  for (const stream of streamNames) {
    const { model } = streams[stream]
    test(`is contradicted by known ids that are alive: ${stream}`, async () => {
      const mirror = await synced()
      const before = await markedIds(mirror, model)
      mirror.gem.faults.add({ kind: 'empty-page', stream, times: 'always' })
      for (const confirmed of [[], [model], [model]]) {
        const run = await mirror.sync({ confirmDeletions: confirmed })
        const { stream: told } = await recordOf(mirror, run, stream)
        assert.deepEqual([run.state, told.state, told.deleted], ['PARTIALLY_FAILED', 'FAILED', 0])
        assert.match(told.error, new RegExp(`^Gem shows no ${model} at all, but still has some`))
        assert.deepEqual(await markedIds(mirror, model), before)
      }
    })
  }

  test('takes in the record that contradicts it', async () => {
    const mirror = await synced()
    const { world, faults } = mirror.gem
    for (const id of unmarked(world, 'scheduled_interviews'))
      world.update(
        'scheduled_interviews',
        id,
        { start: { date_time: '2031-01-01T09:00:00Z' } },
        { silent: true },
      )
    faults.add({ kind: 'empty-page', stream: 'scheduled_interviews', times: 'always' })
    await mirror.sync()
    const { rows } = await mirror.pool.query(
      `select count(*)::int as moved from ats.interviews where account = $1 and starting_at > '2031-01-01'`,
      [mirror.account],
    )
    assert.ok(rows[0].moved > 0)
  })

  test('is judged by stored rows, although candidates bring copies of their applications along', async () => {
    for (const itemReads of [true, false]) {
      const mirror = await synced({ switches: { itemReads } })
      const before = await markedIds(mirror, 'applications')
      mirror.gem.faults.add({ kind: 'empty-page', stream: 'applications', times: 'always' })
      const { stream } = await recordOf(mirror, await mirror.sync(), 'applications')
      assert.equal(stream.state, 'FAILED')
      assert.deepEqual(await markedIds(mirror, 'applications'), before)
    }
  })

  const truly: readonly { name: string; stream: StreamName; itemReads: boolean }[] = [
    { name: 'interviews', stream: 'scheduled_interviews', itemReads: true },
    { name: 'interviews whose items cannot be read', stream: 'scheduled_interviews', itemReads: false },
    { name: 'candidates', stream: 'candidates', itemReads: true },
  ]
  for (const { name, stream, itemReads } of truly) {
    test(`is believed once a person has confirmed it: ${name}`, async () => {
      const mirror = await synced({ switches: { itemReads } })
      const { model } = streams[stream]
      // With the candidates, what they hold is gone as well.
      if (stream === 'candidates') vanish(mirror, 'applications', unmarked(mirror.gem.world, 'applications'))
      const gone = [...mirror.gem.world.ids(stream)]
      vanish(mirror, stream, gone)
      const { stream: told } = await recordOf(mirror, await mirror.sync(), stream)
      assert.match(told.error, /^Gem shows no .* at all, where \d+ were known: nothing was marked as deleted/)
      const run = await confirm(mirror, model)
      assert.equal((await recordOf(mirror, run, stream)).stream.state, 'SUCCEEDED')
      assert.deepEqual(await markedIds(mirror, model), gone.sort())
    })
  }

  test('in which one is left that it does not show keeps that one, whatever is confirmed', async () => {
    const mirror = await synced()
    const { world, faults } = mirror.gem
    const [left, ...gone] = unmarked(world, 'scheduled_interviews')
    assert.ok(left)
    faults.add({ kind: 'empty-page', stream: 'scheduled_interviews', times: 'always' })
    vanish(mirror, 'scheduled_interviews', gone)
    for (let full = 0; full < 2; full++) {
      await confirm(mirror, 'interviews')
      assert.equal((await rowOf(mirror, 'interviews', left)).remote_deleted_at, null)
    }
  })
})
