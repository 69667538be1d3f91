import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import fc from 'fast-check'
import { CallRetries } from '../../src/activities/call-retries.ts'
import { readPage } from '../../src/activities/read-page.ts'
import { type FetchedPage, type PagesRequest, readPages } from '../../src/activities/read-pages.ts'
import { type Fault, type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { TryAgainError, WaitError } from '../../src/errors.ts'
import { createGemClient, type GemClient } from '../../src/gem/client.ts'
import { newReading } from '../../src/gem/list-reading.ts'
import { startingPageSize } from '../../src/gem/page-size.ts'
import { mappingOf } from '../support/direct-sync.ts'

let gem: SimulatedGem
let client: GemClient
const unhandled: unknown[] = []
const noteUnhandled = (reason: unknown) => unhandled.push(reason)

// A server of its own for each test: what an abandoned reading asked for may still arrive.
beforeEach(async () => {
  gem = await startSimulatedGem({ rate: null, candidates: 50 })
  client = createGemClient({ baseUrl: gem.url, apiKey: gem.apiKey, allowInsecureBaseUrl: true })
  process.on('unhandledRejection', noteUnhandled)
})
afterEach(async () => {
  await client.close()
  await gem.close()
  process.off('unhandledRejection', noteUnhandled)
  assert.deepEqual(unhandled, [])
})

function serve(rows: number): void {
  const users = Array.from({ length: rows }, (_, index) => ({ id: `user-${index}`, first_name: 'Ana' }))
  gem.world.replaceAll('users', users)
}

function pages(change: Partial<PagesRequest> = {}): AsyncGenerator<FetchedPage> {
  return readPages(client, {
    ...{ path: '/ats/v0/users/', query: {}, offset: 0, maxPerPage: 10, inFlight: 4 },
    ...{ reading: newReading, total: null, expected: null, mostRows: 1000 },
    size: startingPageSize(change.maxPerPage ?? 10),
    mayFetch: () => true,
    failedAt: null,
    // Not after the time is up, which it always is.
    retries: new CallRetries({ from: 'first call', until: 0 }),
    read: async (body) => readPage({ body, stream: 'users', mapping: mappingOf('acme') }),
    signal: new AbortController().signal,
    ...change,
  })
}

async function all(reading: AsyncGenerator<FetchedPage>): Promise<FetchedPage[]> {
  const read: FetchedPage[] = []
  for await (const page of reading) read.push(page)
  return read
}

const indexesOf = ({ page }: FetchedPage) =>
  page.mapped.page.records.map(({ remoteId }) => Number(remoteId?.slice('user-'.length)))

const asked = () => gem.requests.entries().map(({ page = 0 }) => page)
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

describe('the pages of a list', () => {
  test('bring each row once and in order, and the last one says so', async () => {
    serve(57)
    const read = await all(pages())
    assert.deepEqual(read.flatMap(indexesOf), range(0, 57))
    assert.deepEqual(
      read.map(({ isLast }) => isLast),
      [false, false, false, false, false, true],
    )
    assert.deepEqual(
      read.map(({ nextOffset }) => nextOffset),
      [10, 20, 30, 40, 50, 60],
    )
  })

  test('come in order although a later one is answered first', async () => {
    serve(40)
    gem.faults.add({ kind: 'slow-body', page: 2, intervalMs: 2 })
    const read = await all(pages())
    assert.deepEqual(read.flatMap(indexesOf), range(0, 40))
  })

  test('go on at the row where an earlier slice ended, and repeat a part of a page rather than leave it out', async () => {
    serve(40)
    const read = await all(pages({ offset: 25 }))
    assert.deepEqual(read.flatMap(indexesOf), range(20, 40))
  })

  test('may hold just the rows of an earlier one where the size has grown', async () => {
    serve(32)
    gem.setSwitches({ totals: false })
    const size = { perPage: 4, goodPages: 0, growAfter: 3 }
    const read = await all(pages({ size, maxPerPage: 12, inFlight: 1 }))
    // Rows 24 to 31 are page 4 of eight, and page 3 of twelve.
    assert.deepEqual(read.slice(-3).map(indexesOf), [range(24, 32), range(24, 32), []])
  })

  test('bring every row, whatever the sizes, the offset and the look-ahead are', async () => {
    const some = fc.record({
      rows: fc.nat({ max: 60 }),
      perPage: fc.integer({ min: 1, max: 20 }),
      maxPerPage: fc.integer({ min: 1, max: 20 }),
      growAfter: fc.integer({ min: 1, max: 3 }),
      offset: fc.nat({ max: 30 }),
      inFlight: fc.integer({ min: 1, max: 5 }),
      total: fc.option(fc.nat({ max: 80 })),
      totals: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(some, async ({ rows, perPage, growAfter, totals, ...request }) => {
        serve(rows)
        gem.setSwitches({ totals })
        const read = await all(pages({ ...request, size: { perPage, goodPages: 0, growAfter } }))
        const found = new Set(read.flatMap(indexesOf))
        for (const row of range(request.offset, rows)) assert.ok(found.has(row), `row ${row}`)
        assert.equal(read.at(-1)?.isLast, true)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a server that does as it likes', () => {
  for (const totals of [true, false]) {
    for (const kind of ['ignored-per-page', 'unpaged'] as const) {
      for (const rows of [4, 9, 10, 11, 20, 37]) {
        test(`(${kind}, ${totals ? 'with' : 'without'} totals) brings every one of ${rows} rows`, async () => {
          serve(kind === 'unpaged' && rows === 10 ? 12 : rows)
          gem.setSwitches({ totals })
          gem.faults.add({ kind, rows: 4, times: 'always' })
          const read = await all(pages({ inFlight: 2 }))
          assert.deepEqual([...new Set(read.flatMap(indexesOf))], range(0, gem.world.count('users')))
          assert.equal(read.at(-1)?.isLast, true)
        })
      }
    }
  }

  test('sends a short page in the middle, and those behind it are brought', async () => {
    serve(57)
    gem.faults.add({ kind: 'short-page', page: 3, rows: 2 })
    assert.deepEqual((await all(pages())).flatMap(indexesOf), [...range(0, 28), ...range(30, 57)])
  })

  const endless: readonly [Fault['kind'], RegExp][] = [
    ['ignored-page', /page 2 \(10 per page\): the same records as on page 1: Gem ignores the page number/],
    ['endless', /page 8 \(10 per page\): the same records as on page 7: Gem ignores the page number/],
    ['endless-new', /page 68 \(10 per page\): still records after 670, where Gem says there are 57/],
  ]
  for (const [kind, words] of endless) {
    test(`brings what it can, and then says why there is no more: ${kind}`, async () => {
      serve(57)
      gem.faults.add({ kind, times: 'always' })
      const [rows, error] = await readUntilError(pages())
      assert.ok(rows.length >= 10 && error instanceof TryAgainError && error.deadEnd !== null)
      assert.match(error.message, words)
    })
  }
})

describe('the calls for pages', () => {
  for (const [rows, calls] of [
    [0, 1],
    [1, 1],
    [9, 1],
    [10, 2],
    [57, 6],
    [60, 7],
  ] as const) {
    test(`are ${calls} for ${rows} rows at 10 a page, where Gem sends totals`, async () => {
      serve(rows)
      let granted = 0
      await all(pages({ mayFetch: () => ++granted > 0 }))
      assert.deepEqual(asked().sort(), range(1, calls + 1))
      assert.equal(granted, calls, 'none was begun and given up')
    })
  }

  test('go no further than the look-ahead beyond the end, where Gem sends none', async () => {
    serve(57)
    gem.setSwitches({ totals: false })
    await all(pages({ inFlight: 3 }))
    assert.ok(asked().length <= 6 + 2, `asked for ${asked()}`)
  })

  test('are one after the other before a full page has been seen', async () => {
    serve(5)
    gem.setSwitches({ totals: false })
    await all(pages())
    assert.deepEqual([asked(), gem.requests.maxInFlight], [[1, 2], 1])
  })

  for (const [rows, calls] of [
    [0, 1],
    [1, 2],
    [10, 2],
    [57, 7],
  ] as const) {
    test(`are ${calls} for ${rows} rows at 10 a page one by one, where Gem sends no totals: the last one finds none`, async () => {
      serve(rows)
      gem.setSwitches({ totals: false })
      await all(pages({ inFlight: 1 }))
      assert.deepEqual(asked(), range(1, calls + 1))
    })
  }

  for (const inFlight of [1, 2, 4]) {
    test(`are at most ${inFlight} at a time where that is the slice's share`, async () => {
      serve(150)
      gem.setLatency(5)
      await all(pages({ inFlight }))
      assert.equal(gem.requests.maxInFlight, inFlight)
    })
  }

  test('are as many at once as may be where the slice before has told how many pages there are', async () => {
    serve(100)
    gem.faults.add({ kind: 'hang', times: 'always' })
    const stop = new AbortController()
    const first = pages({ offset: 60, total: 100, inFlight: 3, signal: stop.signal }).next()
    while (gem.requests.inFlight < 3) await nextTurn()
    stop.abort(new Error('seen'))
    await assert.rejects(first, /seen/)
    assert.deepEqual(asked().sort(), [7, 8, 9])
    await nothingUnderWay()
  })

  test('do not include the page that is being read: another one takes its place', async () => {
    serve(100)
    for (const page of [2, 3, 4, 5]) gem.faults.add({ kind: 'hang', page, times: 'always' })
    const stop = new AbortController()
    const reading = Promise.withResolvers<void>()
    const read: PagesRequest['read'] = async (body) => {
      await reading.promise
      return readPage({ body, stream: 'users', mapping: mappingOf('acme') })
    }
    const list = pages({ total: 100, inFlight: 3, read, signal: stop.signal })
    const first = list.next()
    // The first is answered, and not read yet.
    while (gem.requests.inFlight < 3 || gem.requests.total < 4) await nextTurn()
    assert.deepEqual(asked().sort(), [1, 2, 3, 4])
    reading.resolve()
    assert.deepEqual(indexesOf((await first).value as FetchedPage), range(0, 10))
    stop.abort(new Error('seen'))
    await assert.rejects(list.next(), /seen/)
    await nothingUnderWay()
  })

  test('end when there is no room for another page, and what was asked for is still brought', async () => {
    serve(200)
    let room = 7
    const read = await all(pages({ mayFetch: () => room-- > 0 }))
    assert.deepEqual(read.flatMap(indexesOf), range(0, 70))
    assert.equal(read.at(-1)?.isLast, false)
    assert.equal(asked().length, 7)
  })

  test('are none when there is no room at all', async () => {
    serve(20)
    assert.deepEqual(await all(pages({ mayFetch: () => false })), [])
    assert.deepEqual(asked(), [])
  })

  test('carry the query and the size', async () => {
    serve(1)
    await all(pages({ query: { include_deleted: 'true' } }))
    assert.deepEqual(gem.requests.entries()[0]?.query, { include_deleted: 'true', page: '1', per_page: '10' })
  })
})

/** Reads until it fails. */
async function readUntilError(reading: AsyncGenerator<FetchedPage>): Promise<[number[], unknown]> {
  const rows: number[] = []
  try {
    for await (const page of reading) rows.push(...indexesOf(page))
  } catch (error) {
    return [rows, error]
  }
  return assert.fail('nothing failed')
}

describe('an error of a page', () => {
  const faults: readonly [Fault['kind'], new (...given: never[]) => Error][] = [
    ['500', TryAgainError],
    ['reset', TryAgainError],
    ['truncated-json', TryAgainError],
    ['throttle', WaitError],
  ]
  for (const [kind, expected] of faults) {
    test(`surfaces after the pages before it: ${kind}`, async () => {
      serve(100)
      gem.faults.add({ kind, page: 4 })
      const [rows, error] = await readUntilError(pages())
      assert.deepEqual(rows, range(0, 30))
      assert.ok(error instanceof expected)
    })
  }

  test('of several pages is that of the first, and no other is left unhandled', async () => {
    serve(100)
    for (const page of [3, 4, 5, 6]) gem.faults.add({ kind: page === 3 ? 'throttle' : '500', page })
    const [rows, error] = await readUntilError(pages())
    assert.deepEqual(rows, range(0, 20))
    assert.ok(error instanceof WaitError)
  })

  test('ends the calls that are under way', async () => {
    serve(100)
    gem.faults.add({ kind: '500', page: 3 })
    gem.faults.add({ kind: 'hang', page: 4, times: 'always' })
    const [rows] = await readUntilError(pages())
    assert.deepEqual(rows, range(0, 20))
    await nothingUnderWay()
  })
})

describe('a reader that stops early', () => {
  test('ends the calls that are under way, and nobody is told of it', async () => {
    serve(100)
    gem.faults.add({ kind: 'hang', page: 3, times: 'always' })
    for await (const page of pages()) {
      if (page.nextOffset === 20) break
    }
    await nothingUnderWay()
  })

  test('ends with the signal’s reason when that is aborted', async () => {
    serve(100)
    gem.faults.add({ kind: 'hang', page: 2, times: 'always' })
    const stop = new AbortController()
    const reading = pages({ signal: stop.signal })
    await reading.next()
    const second = reading.next()
    stop.abort(new Error('the worker shuts down'))
    await assert.rejects(second, /the worker shuts down/)
    await nothingUnderWay()
  })
})

/** Resolves when the simulated Gem has no open request; a hanging one would never end by itself. */
async function nothingUnderWay(): Promise<void> {
  while (gem.requests.inFlight > 0) await nextTurn()
}
