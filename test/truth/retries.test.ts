/** What becomes of calls that fail, told from the calls that Gem sees. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Fault } from '../../src/embedded/simulated-gem/index.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'

const mirrors = await mirrorsOfFile()
const rows = 60

/** A first sync of a list in pages of 20, while something is wrong with it. */
async function read(...faults: readonly Partial<Fault>[]) {
  const mirror = await mirrors.mirror({ candidates: 6, settings: { maxPerPage: 20 } })
  const { world, faults: wrong, requests } = mirror.gem
  world.replaceAll(
    'users',
    Array.from({ length: rows }, (_, index) => ({ id: `user-${index}` })),
  )
  for (const fault of faults) wrong.add({ kind: '500', stream: 'users', ...fault })
  const waits: number[] = []
  const run = await mirror.sync({
    streams: ['users'],
    pause: async (milliseconds) => void waits.push(milliseconds),
  })
  assert.deepEqual([run.state, run.error], ['SUCCEEDED', null])
  const found = await mirror.pool.query('select 1 from ats.users where account = $1', [mirror.account])
  assert.equal(found.rowCount, rows)
  const calls = requests.entries().map(({ page, perPage, status }) => `${page}@${perPage} ${status}`)
  return { calls, waits }
}

describe('a page that fails', () => {
  test('is asked for again where it failed, as large as it was', async () => {
    const { calls, waits } = await read({ page: 2 })
    assert.deepEqual(calls, ['1@20 200', '2@20 500', '2@20 200', '3@20 200', '4@20 200'])
    assert.equal(waits.length, 1)
  })

  for (const kind of ['500', '502-html', '503'] as const) {
    test(`is asked for by halves once it has failed twice by ${kind}`, async () => {
      const { calls } = await read({ kind, page: 2, times: 2 })
      const [, first, second, ...halves] = calls.map((call) => call.split(' ')[0])
      assert.deepEqual([first, second], ['2@20', '2@20'])
      assert.deepEqual(halves.slice(0, 2), ['3@10', '4@10'])
    })
  }

  for (const kind of ['504', '413'] as const) {
    test(`is asked for by halves at once after ${kind}`, async () => {
      const { calls } = await read({ kind, page: 2 })
      assert.deepEqual(calls.slice(0, 4), ['1@20 200', `2@20 ${kind}`, '3@10 200', '4@10 200'])
    })
  }

  for (const kind of ['reset', 'html', 'not-array', 'empty-body'] as const) {
    test(`is asked for again as large as it was after ${kind}`, async () => {
      const { calls, waits } = await read({ kind, page: 2, times: 3 })
      const asked = calls.map((call) => call.split(' ')[0]).sort()
      assert.deepEqual(asked, ['1@20', '2@20', '2@20', '2@20', '2@20', '3@20', '4@20'])
      assert.equal(waits.length, 3)
    })
  }

  test('is not asked for again in its place before Gem has answered at all', async () => {
    const { waits } = await read({ page: 1 })
    assert.deepEqual(waits, [])
  })

  test('ends the slice when it has failed four times, and the next slice makes one call for it', async () => {
    const { calls, waits } = await read({ kind: 'reset', page: 2, times: 5 })
    assert.equal(calls.filter((call) => call.startsWith('2@20')).length, 6)
    assert.equal(waits.length, 3)
  })

  test('is halved down to 10 rows and no further', async () => {
    const { calls } = await read({ kind: '504', page: 2, times: 1 }, { kind: '504', page: 3, times: 1 })
    assert.ok(calls.includes('3@10 504') && calls.includes('3@10 200'), calls.join())
  })
})

test('pages that are fetched ahead and fail side by side are each asked for again', async () => {
  const mirror = await mirrors.mirror({ candidates: 6, settings: { maxPerPage: 10 } })
  const { world, faults, requests } = mirror.gem
  world.replaceAll(
    'users',
    Array.from({ length: 100 }, (_, index) => ({ id: `user-${index}` })),
  )
  for (const page of [3, 4, 5, 6]) faults.add({ kind: '503', stream: 'users', page })
  const run = await mirror.sync({ streams: ['users'], inFlight: 4 })
  assert.deepEqual([run.state, run.error], ['SUCCEEDED', null])
  assert.equal(requests.total, 11 + 4)
  assert.ok(requests.maxInFlight <= 4, `${requests.maxInFlight} calls at a time`)
})
