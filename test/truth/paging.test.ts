import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { StreamName, Switches } from '../../src/embedded/simulated-gem/index.ts'
import type { MainTable } from '../../src/streams.ts'
import { aliveIds, falselyDeleted, formOf, type Story, stories, tell, type Witness } from './drift.ts'
import type { Mirror } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'

const mirrors = await mirrorsOfFile()

/** A list without windows and one with them; their second looks differ too. */
const lists = [
  { stream: 'users', table: 'users' },
  { stream: 'candidates', table: 'candidates' },
] as const satisfies readonly { stream: StreamName; table: MainTable }[]

interface Scene {
  readonly list: (typeof lists)[number]
  readonly order: Switches['order']
  readonly totals: boolean
  readonly itemReads: boolean
  readonly perPage: number
  readonly inFlight: number
}

const scenes: fc.Arbitrary<Scene> = fc.record({
  list: fc.constantFrom(...lists),
  order: fc.constantFrom('created-asc', 'created-desc', 'updated-desc'),
  totals: fc.boolean(),
  itemReads: fc.boolean(),
  perPage: fc.integer({ min: 4, max: 25 }),
  inFlight: fc.integer({ min: 1, max: 3 }),
})

describe('a list that changes between its pages', () => {
  async function open({ list, order, totals, itemReads, perPage }: Scene): Promise<Mirror> {
    const mirror = await mirrors.mirror({
      candidates: 40,
      switches: { order, totals, itemReads },
      settings: { maxPerPage: perPage },
    })
    if (list.stream === 'users') for (let more = 0; more < 30; more++) mirror.gem.world.create('users')
    mirror.clock.forward(60)
    return mirror
  }
  const read = (mirror: Mirror, { list, inFlight }: Scene, confirmDeletions = false) =>
    mirror.sync({
      ...{ models: [list.table], inFlight },
      ...(confirmDeletions ? { confirmDeletions: [list.table] } : {}),
    })

  test('loses nobody whom it knows, and is whole after a quiet full sync', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, stories(), stories(), fc.boolean(), async (scene, earlier, story, confirm) => {
        const mirror = await open(scene)
        await read(mirror, scene)
        happenUnread(mirror, scene, earlier)
        mirror.clock.forward(60)
        const witness = tell(mirror, scene.list.stream, story)
        const { state } = await read(mirror, scene, confirm)
        mirror.gem.faults.clear()
        await assertNoneLost(mirror, scene, witness, state === 'SUCCEEDED')

        mirror.clock.forward(60)
        await read(mirror, scene, true)
        await assertWhole(mirror, scene)
      }),
      { numRuns: 50 },
    )
  })

  test('in an order that never rests has nobody marked as deleted', async () => {
    const unstable = scenes.map((scene): Scene => ({ ...scene, order: 'unstable' }))
    await fc.assert(
      fc.asyncProperty(unstable, stories(), async (scene, story) => {
        const mirror = await open(scene)
        for (let sync = 0; sync < 3; sync++) {
          if (sync === 1) tell(mirror, scene.list.stream, story)
          await read(mirror, scene, true)
          assert.deepEqual(await falselyDeleted(mirror, scene.list.table, scene.list.stream), [])
        }
      }),
      { numRuns: 20 },
    )
  })

  const revealing = fc.oneof(
    stories(['insert']),
    stories(['vanish', 'edit silently']),
    stories(['update', 'edit silently']),
  )
  test('is whole after a first sync that says so, but for who came meanwhile: the next delta brings them', async () => {
    const withTotals = scenes.map((scene): Scene => ({ ...scene, totals: true }))
    await fc.assert(
      fc.asyncProperty(withTotals, revealing, async (scene, story) => {
        const mirror = await open(scene)
        const { steadfast } = tell(mirror, scene.list.stream, story.slice(0, 8))
        const { state, error } = await read(mirror, scene)
        const rows = await rowsOf(mirror, scene)
        if (state === 'SUCCEEDED')
          assert.deepEqual(
            [...steadfast].filter((id) => !rows.has(id)),
            [],
          )
        else assert.match(error ?? '', /^\w+: Gem announced \d+ records and returned \d+$/)

        mirror.gem.faults.clear()
        mirror.clock.forward(60)
        await mirror.sync({ mode: 'delta', models: [scene.list.table] })
        const after = await rowsOf(mirror, scene)
        assert.deepEqual(
          aliveIds(mirror.gem.world, scene.list.stream).filter((id) => !after.has(id)),
          [],
        )
      }),
      { numRuns: 40 },
    )
  })
})

/** Changes that only the next full sync can see. */
function happenUnread(mirror: Mirror, { list }: Scene, story: Story): void {
  const { world } = mirror.gem
  for (const { at, kind } of story.flat().slice(0, 12)) {
    const ids = aliveIds(world, list.stream)
    const id = ids[Math.floor(at * ids.length)]
    if (id === undefined) continue
    if (kind === 'vanish') world.vanish(list.stream, id)
    else world.update(list.stream, id, { title: `unread ${at}`, name: `unread ${at}` }, { silent: true })
  }
}

type StoredRow = { form: string; deleted: boolean }

async function rowsOf({ pool, account }: Mirror, { list }: Scene): Promise<Map<string, StoredRow>> {
  const { rows } = await pool.query(
    `select remote_id, remote_data, remote_deleted_at from ats.${list.table} where account = $1`,
    [account],
  )
  return new Map(
    rows.map((row) => [
      row.remote_id,
      { form: formOf(row.remote_data), deleted: row.remote_deleted_at !== null },
    ]),
  )
}

/** Nobody alive is marked, and whoever was there all the time has a form that he had then, if all has come. */
async function assertNoneLost(
  mirror: Mirror,
  scene: Scene,
  { steadfast, forms }: Witness,
  isWhole: boolean,
): Promise<void> {
  assert.deepEqual(await falselyDeleted(mirror, scene.list.table, scene.list.stream), [])
  assert.deepEqual(await falselyDeleted(mirror, 'applications', 'applications'), [])
  // A sync that has failed says that not all has come.
  if (!isWhole || (scene.list.stream === 'users' && !scene.itemReads)) return
  const rows = await rowsOf(mirror, scene)
  const stale = [...steadfast].filter((id) => !forms.get(id)?.includes(rows.get(id)?.form ?? 'no row'))
  assert.deepEqual(stale, [])
}

/** Whoever Gem holds stands in the table as he is; whoever it does not hold is marked. */
async function assertWhole(mirror: Mirror, scene: Scene): Promise<void> {
  const rows = await rowsOf(mirror, scene)
  const { stream } = scene.list
  for (const record of mirror.gem.world.objects(stream)) {
    const id = (record as { id: string }).id
    assert.equal(rows.get(id)?.form, formOf(record))
    rows.delete(id)
  }
  assert.deepEqual(
    [...rows.values()].filter((row) => !row.deleted),
    [],
  )
  assert.deepEqual(await falselyDeleted(mirror, scene.list.table, stream), [])
}
