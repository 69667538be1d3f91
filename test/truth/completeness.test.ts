import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Fault } from '../../src/embedded/simulated-gem/index.ts'
import type { EndedRun, Mirror, MirrorOptions } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'
import { markedIds, recordOf, rowOf, unmarked, watermarkOf } from './rows.ts'

const mirrors = await mirrorsOfFile()

const stream = 'candidates'
const perPage = { maxPerPage: 10 }

const strike = ({ gem }: Mirror, fault: Partial<Fault> & Pick<Fault, 'kind'>) =>
  gem.faults.add({ stream, target: 'list', times: 'always', ...fault })
const withTotals = (total: number): Partial<Fault> & Pick<Fault, 'kind'> => ({
  ...{ kind: 'wrong-headers', headers: { 'x-pagination': JSON.stringify({ total }) } },
})
const noTotal = { kind: 'wrong-headers', headers: { 'x-pagination': null } } as const
const delta = (mirror: Mirror) => mirror.sync({ mode: 'delta', streams: [stream] })
const full = (mirror: Mirror) => mirror.sync({ streams: [stream] })

/** In step an hour ago; of its 40 candidates 35 have changed since. */
async function changed(options: MirrorOptions = {}) {
  const mirror = await mirrors.synced({ candidates: 40, settings: perPage, ...options })
  const ids = unmarked(mirror.gem.world, stream).slice(0, 35)
  for (const id of ids) mirror.gem.world.update(stream, id, { title: 'Changed' })
  return { mirror, ids, watermark: await watermarkOf(mirror, stream) }
}

async function countChanged({ pool, account }: Mirror): Promise<number> {
  const { rowCount } = await pool.query(
    `select from ats.candidates where account = $1 and title = 'Changed'`,
    [account],
  )
  return rowCount ?? 0
}

async function assertFailed(mirror: Mirror, run: EndedRun, error: string): Promise<void> {
  const { run: told, stream: told2 } = await recordOf(mirror, run, stream)
  assert.deepEqual([told.state, told.error], ['PARTIALLY_FAILED', `${stream}: ${error}`])
  assert.deepEqual([told2.state, told2.error, told2.deleted], ['FAILED', error, 0])
}

/** What goes wrong with 35 rows at 10 a page, and how many of them come by the second pass; null: all. */
const ways: readonly {
  readonly name: string
  readonly fault: Partial<Fault> & Pick<Fault, 'kind'>
  readonly announced?: number
  readonly returned: number | null
}[] = [
  {
    name: 'an empty page in the middle, once',
    fault: { kind: 'empty-page', page: 3, times: 1 },
    returned: null,
  },
  { name: 'an empty page in the middle', fault: { kind: 'empty-page', page: 3 }, returned: 25 },
  { name: 'an empty first page', fault: { kind: 'empty-page', page: 1 }, returned: 25 },
  { name: 'an empty last page', fault: { kind: 'empty-page', page: 4 }, returned: 30 },
  { name: 'empty pages alone', fault: { kind: 'empty-page' }, returned: 0 },
  { name: 'a last page that lacks rows', fault: { kind: 'short-page', page: 4, rows: 2 }, returned: 33 },
  {
    name: 'a page in the middle that lacks rows',
    fault: { kind: 'short-page', page: 2, rows: 2 },
    returned: 33,
  },
  { name: 'a page that lacks rows, once', fault: { kind: 'short-page', page: 2, times: 1 }, returned: null },
  { name: 'a total that is too large', fault: { kind: 'wrong-total', rows: 2 }, announced: 37, returned: 35 },
  { name: 'a total that is far too large', fault: withTotals(1e6), announced: 1e6, returned: 35 },
  { name: 'a total that is too small', fault: { kind: 'wrong-total', rows: -7 }, returned: null },
  { name: 'no rows by the total', fault: withTotals(0), returned: null },
  { name: 'a total that is too large at the end', fault: { kind: 'wrong-total', page: 4 }, returned: null },
  { name: 'a total that is too large at the begin', fault: { kind: 'wrong-total', page: 1 }, returned: null },
  { name: 'no total at the begin', fault: { ...noTotal, page: 1 }, returned: null },
  { name: 'no total in the middle', fault: { ...noTotal, page: 2 }, returned: null },
  { name: 'no total at the end', fault: { ...noTotal, page: 4 }, returned: null },
]

describe('a pass over 35 rows, with', () => {
  for (const { name, fault, announced = 35, returned } of ways) {
    const error = `Gem announced ${announced} records and returned ${returned}`

    test(`${name}: a window ${returned === null ? 'brings all' : 'fails'}`, async () => {
      const { mirror, watermark } = await changed()
      const struck = strike(mirror, fault)
      const run = await delta(mirror)
      assert.equal(await countChanged(mirror), returned ?? 35)
      if (returned === null) {
        assert.equal(run.state, 'SUCCEEDED')
        assert.ok((await watermarkOf(mirror, stream))! > watermark!)
        return
      }
      await assertFailed(mirror, run, error)
      assert.deepEqual(await watermarkOf(mirror, stream), watermark)
      struck.remove()
      mirror.clock.forward(60)
      assert.equal((await delta(mirror)).state, 'SUCCEEDED')
      assert.equal(await countChanged(mirror), 35)
    })

    test(`${name}: a first full sync ${returned === null ? 'brings all' : 'fails'}`, async () => {
      const mirror = await mirrors.mirror({ candidates: 35, settings: perPage })
      const struck = strike(mirror, fault)
      const run = await full(mirror)
      const rows = await mirror.pool.query('select from ats.candidates where account = $1', [mirror.account])
      assert.equal(rows.rowCount, returned ?? 35)
      if (returned === null) {
        assert.equal(run.state, 'SUCCEEDED')
        return
      }
      await assertFailed(mirror, run, error)
      assert.equal(await watermarkOf(mirror, stream), null)
      struck.remove()
      // Nothing is known to be there: the delta reads the whole list.
      assert.equal((await delta(mirror)).state, 'SUCCEEDED')
      const { rowCount } = await mirror.pool.query('select from ats.candidates where account = $1', [
        mirror.account,
      ])
      assert.equal(rowCount, 35)
    })
  }
})

describe('a pass that is short of its total', () => {
  test('is read once more, past the empty page, and no more often', async () => {
    const { mirror } = await changed()
    strike(mirror, { kind: 'empty-page', page: 3 })
    mirror.gem.requests.reset()
    await delta(mirror)
    const pages = mirror.gem.requests.entries().map(({ page }) => page)
    // Page 4 was asked for in the first pass too, while page 3 was on its way.
    assert.deepEqual(
      [1, 2, 3, 4].map((number) => pages.filter((page) => page === number).length),
      [2, 2, 2, pages.length - 6],
    )
    assert.ok(pages.length <= 8)
  })

  test('of which nothing was sent but empty pages and a huge total costs few calls', async () => {
    const { mirror } = await changed()
    strike(mirror, { kind: 'empty-page', page: 1 })
    strike(mirror, withTotals(1e9))
    mirror.gem.requests.reset()
    assert.equal((await delta(mirror)).state, 'PARTIALLY_FAILED')
    assert.ok(mirror.gem.requests.total < 60, `${mirror.gem.requests.total} calls`)
  })

  test('is told from one whose rows repeat', async () => {
    const { mirror } = await changed()
    const [known = {}] = mirror.gem.world.objects(stream)
    strike(mirror, { kind: 'malformed-record', page: 2, element: known })
    const run = await delta(mirror)
    await assertFailed(mirror, run, 'Gem announced 35 records and returned 34')
  })

  test('is told from one with records without a readable id, which are rejected', async () => {
    const { mirror } = await changed()
    strike(mirror, { kind: 'malformed-record', page: 2 })
    assert.equal((await delta(mirror)).state, 'SUCCEEDED')
  })

  test('is told although it goes on in other slices, and after failures', async () => {
    for (const returned of [34, 35]) {
      const { mirror } = await changed({ settings: { maxPerPage: 1 } })
      mirror.gem.faults.add({ kind: '503', stream, skip: 12, times: 2 })
      if (returned === 34) strike(mirror, { kind: 'empty-page', page: 30 })
      const run = await delta(mirror)
      if (returned === 35) assert.equal(run.state, 'SUCCEEDED')
      else await assertFailed(mirror, run, 'Gem announced 35 records and returned 34')
    }
  })

  test('marks nothing as deleted, whoever confirms it', async () => {
    const mirror = await mirrors.synced({ candidates: 40, settings: perPage })
    const before = await markedIds(mirror, stream)
    const [gone = ''] = unmarked(mirror.gem.world, stream)
    mirror.gem.world.vanish(stream, gone)
    for (const fault of [{ kind: 'empty-page', page: 2 }, { kind: 'empty-page' }] as const) {
      const struck = strike(mirror, fault)
      assert.equal((await mirror.sync({ confirmDeletions: ['candidates'] })).state, 'PARTIALLY_FAILED')
      assert.deepEqual(await markedIds(mirror, stream), before)
      struck.remove()
    }
    assert.equal((await mirror.sync()).state, 'SUCCEEDED')
    assert.deepEqual(await markedIds(mirror, stream), [...before, gone].sort())
  })
})

describe('a full sync that is not known to be whole', () => {
  for (const totals of [true, false]) {
    for (const [what, fault] of [
      ['an empty list', { kind: 'empty-page' }],
      ['a list that is cut', { kind: 'empty-page', page: 3 }],
      ['a list that shows the same page again and again', { kind: 'ignored-page' }],
    ] as const) {
      test(`by ${what}, ${totals ? 'with' : 'without'} totals, leaves its changes to the next delta`, async () => {
        const mirror = await mirrors.synced({ candidates: 40, settings: perPage, switches: { totals } })
        const watermark = await watermarkOf(mirror, stream)
        const id = unmarked(mirror.gem.world, stream)[35] ?? ''
        mirror.gem.world.update(stream, id, { title: 'Changed' })
        const struck = strike(mirror, fault)
        assert.equal((await mirror.sync()).state, 'PARTIALLY_FAILED')
        assert.deepEqual(await watermarkOf(mirror, stream), watermark)
        struck.remove()
        mirror.clock.forward(24 * 60)
        mirror.gem.requests.reset()
        assert.equal((await delta(mirror)).state, 'SUCCEEDED')
        const [asked] = mirror.gem.requests.entries()
        assert.equal(asked?.query.updated_after, watermark?.toISOString())
        assert.equal((await rowOf(mirror, stream, id)).title, 'Changed')
      })
    }
  }
})

describe('a total that is wrong time and again', () => {
  const warning = /^Gem announced 42 records and returned 40 in 3 syncs or more/

  async function distrusted() {
    const mirror = await mirrors.synced({ candidates: 40, settings: perPage })
    const wrong = strike(mirror, { kind: 'wrong-total', rows: 2 })
    const wholes = async () => {
      const run = await full(mirror)
      mirror.clock.forward(60)
      return run
    }
    for (let run = 0; run < 3; run++) {
      await assertFailed(mirror, await wholes(), 'Gem announced 42 records and returned 40')
    }
    return { mirror, wrong, wholes }
  }

  test('no longer counts: the list is read once, its watermark moves, and a warning says so', async () => {
    const { mirror, wholes } = await distrusted()
    const before = await watermarkOf(mirror, stream)
    mirror.gem.requests.reset()
    const run = await wholes()
    const { run: told, stream: part } = await recordOf(mirror, run, stream)
    assert.deepEqual([told.state, told.error, part.state, part.error], ['SUCCEEDED', null, 'SUCCEEDED', null])
    assert.match(part.warning, warning)
    assert.equal(part.warnings, 1)
    assert.ok((await watermarkOf(mirror, stream))! > before!)
    const asked = mirror.gem.requests.entries().filter(({ query }) => query.updated_after === undefined)
    assert.equal(asked.filter(({ page }) => page === 1).length, 1)
  })

  test('is told in each run, a delta too, until a full sync agrees with its total', async () => {
    const { mirror, wrong, wholes } = await distrusted()
    wrong.remove()
    const ofDelta = await recordOf(mirror, await delta(mirror), stream)
    assert.match(ofDelta.stream.warning, warning)
    const ofFull = await recordOf(mirror, await wholes(), stream)
    assert.deepEqual([ofFull.stream.warning, ofFull.stream.warnings], [null, 0])
    strike(mirror, { kind: 'empty-page', page: 2 })
    await assertFailed(mirror, await wholes(), 'Gem announced 40 records and returned 30')
  })

  test('is proven by whole hours between runs, and by no delta in between that agrees', async () => {
    const mirror = await mirrors.synced({ candidates: 40, settings: perPage })
    const states: string[] = []
    for (const minutes of [0, 20, 20, 20, 20, 40, 1]) {
      mirror.clock.forward(minutes)
      const struck = strike(mirror, { kind: 'wrong-total', rows: 2 })
      states.push((await full(mirror)).state)
      struck.remove()
      assert.equal((await delta(mirror)).state, 'SUCCEEDED')
    }
    const failed = Array(6).fill('PARTIALLY_FAILED')
    assert.deepEqual(states, [...failed, 'SUCCEEDED'])
  })

  test('is right again after a full sync in between that agrees', async () => {
    const mirror = await mirrors.synced({ candidates: 40, settings: perPage })
    for (let round = 0; round < 2; round++) {
      const struck = strike(mirror, { kind: 'wrong-total', rows: 2 })
      for (let run = 0; run < 2; run++) {
        assert.equal((await full(mirror)).state, 'PARTIALLY_FAILED')
        mirror.clock.forward(60)
      }
      struck.remove()
      assert.equal((await full(mirror)).state, 'SUCCEEDED')
    }
  })

  test('ends a window with an empty page, as it ends a list', async () => {
    const { mirror, wrong, wholes } = await distrusted()
    wrong.remove()
    const ids = unmarked(mirror.gem.world, stream).slice(0, 35)
    for (const id of ids) mirror.gem.world.update(stream, id, { title: 'Changed' })
    strike(mirror, { kind: 'empty-page', page: 3 })
    assert.equal((await delta(mirror)).state, 'SUCCEEDED')
    assert.equal(await countChanged(mirror), 20)
    mirror.gem.faults.clear()
    assert.equal((await wholes()).state, 'SUCCEEDED')
    assert.equal(await countChanged(mirror), 35)
  })
})
