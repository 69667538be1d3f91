import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  fingerprintOf,
  holdsAt,
  judgePage,
  type ListReading,
  mostRowsOf,
  newReading,
  type PageVerdict,
} from '../../src/gem/list-reading.ts'

const rows = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => ({ id: `r${from + index}` }))

interface Answer {
  readonly records: readonly unknown[]
  readonly total?: number | null
}

/** What is made of page after page, as far as it goes; 10 rows are asked for. */
function read(answers: readonly Answer[], mostRows = 1000, expected: number | null = null): PageVerdict[] {
  const verdicts: PageVerdict[] = []
  let reading: ListReading = newReading
  for (const [index, { records, total = null }] of answers.entries()) {
    const shown = { count: records.length, fingerprint: fingerprintOf(records), total }
    const verdict = judgePage(reading, { ...shown, number: index + 1, perPage: 10, expected }, mostRows)
    verdicts.push(verdict)
    if (verdict.kind !== 'more') break
    reading = verdict.reading
  }
  return verdicts
}
const kinds = (answers: readonly Answer[], mostRows?: number) =>
  read(answers, mostRows).map(({ kind }) => kind)

describe('a list ends', () => {
  test('with an empty page', () => {
    assert.deepEqual(kinds([{ records: [] }]), ['end'])
    assert.deepEqual(kinds([{ records: rows(0, 10) }, { records: [] }]), ['more', 'end'])
  })

  test('with a page that is not full, where Gem says that this was all', () => {
    assert.deepEqual(kinds([{ records: rows(0, 4), total: 4 }]), ['end'])
    const pages = [
      { records: rows(0, 10), total: 14 },
      { records: rows(10, 14), total: 14 },
    ]
    assert.deepEqual(kinds(pages), ['more', 'end'])
  })

  test('not with a page that is not full, where Gem sends no total or one above it', () => {
    assert.deepEqual(kinds([{ records: rows(0, 4) }, { records: [] }]), ['more', 'end'])
    assert.deepEqual(kinds([{ records: rows(0, 4), total: 9 }, { records: [] }]), ['more', 'end'])
  })

  test('with an empty page alone, once a page that was not full was followed by another', () => {
    const pages = [rows(0, 4), rows(4, 8), rows(8, 12)].map((records) => ({ records, total: 12 }))
    assert.deepEqual(kinds([...pages, { records: [], total: 12 }]), ['more', 'more', 'more', 'end'])
  })

  test('not with an empty page within a total that it came short of before', () => {
    const total = 35
    const pages = [rows(0, 10), rows(10, 20), [], rows(30, 35)].map((records) => ({ records, total }))
    const kindsBy = (answers: readonly Answer[], expected: number | null) =>
      read(answers, 1000, expected).map(({ kind }) => kind)
    assert.deepEqual(kindsBy(pages, null), ['more', 'more', 'end'])
    assert.deepEqual(kindsBy(pages, 35), ['more', 'more', 'more', 'end'])
    const none = { records: [], total }
    assert.deepEqual(kindsBy([none, ...pages.slice(1)], 35), ['more', 'more', 'more', 'end'])
    const small = [rows(0, 3), rows(3, 6), [], rows(9, 12)].map((records) => ({ records, total: 12 }))
    assert.deepEqual(kindsBy([...small, none], 12), ['more', 'more', 'more', 'more', 'end'])
  })

  test('with so many empty pages that the total can only be wrong', () => {
    const none = { records: [] }
    const lengths = [1, 30].map((full) => {
      const pages = Array.from({ length: full }, (_, page) => ({ records: rows(page * 10, page * 10 + 10) }))
      return read([...pages, ...Array(100).fill(none)], 1e6, 1e6).length - full
    })
    assert.deepEqual(lengths, [20, 30])
  })

  test('not with a full page, whatever the total says', () => {
    assert.deepEqual(kinds([{ records: rows(0, 10), total: 10 }]), ['more'])
    assert.deepEqual(kinds([{ records: rows(0, 10), total: 0 }]), ['more'])
  })

  test('where all comes at once and then again: it is not paged', () => {
    for (const records of [rows(0, 4), rows(0, 37)]) {
      assert.deepEqual(kinds([{ records }, { records }]), ['more', 'all again'])
    }
    const all = { records: rows(0, 37), total: 37 }
    assert.deepEqual(kinds([all, all]), ['more', 'all again'])
  })
})

describe('a list leads nowhere', () => {
  test('where a page shows the same records as the one before, in whatever order', () => {
    const again = { records: rows(10, 20).reverse() }
    const verdicts = read([{ records: rows(0, 10) }, { records: rows(10, 20) }, again])
    assert.deepEqual(verdicts.at(-1), { kind: 'same page', as: 2 })
  })

  test('where the same comes again although Gem says that there is more', () => {
    const part = { records: rows(0, 4), total: 9 }
    assert.deepEqual(kinds([part, part]), ['more', 'same page'])
  })

  test('where it goes in circles, however long they are', () => {
    for (const length of [2, 3, 7, 30]) {
      const pages = Array.from({ length: 300 }, (_, index) => {
        const from = (index % length) * 10
        return { records: rows(from, from + 10) }
      })
      const verdicts = read(pages, 1e9)
      assert.equal(verdicts.at(-1)?.kind, 'same page')
      assert.ok(verdicts.length <= 3 * length + 2, `${length}: after ${verdicts.length} pages`)
    }
  })

  test('where it goes far beyond its total, or beyond a bound without one', () => {
    const pages = (total: number | null) =>
      Array.from({ length: 300 }, (_, index) => ({ records: rows(index * 10, index * 10 + 10), total }))
    assert.equal(kinds(pages(null), 1000).length, 101)
    assert.equal(kinds(pages(null), 1000).at(-1), 'no end')
    assert.equal(kinds(pages(20), 1000).length, 31)
  })

  test('not where records have no ids and differ all the same', () => {
    const pages = [0, 1].map((page) => ({ records: Array.from({ length: 10 }, (_, at) => page * 10 + at) }))
    assert.deepEqual(kinds(pages), ['more', 'more'])
  })
})

test('the bound is far above a total, and above one that lies low', () => {
  assert.equal(mostRowsOf(null, 1_000_000), 1_000_000)
  assert.equal(mostRowsOf(0, 1_000_000), 100_000)
  assert.equal(mostRowsOf(50_000, 1_000_000), 600_000)
  assert.equal(mostRowsOf(5_000_000, 1_000_000), 10_000_000)
})

test('an offset in full pages means the same at every size, in others not at a smaller one', () => {
  assert.ok(holdsAt(newReading, 1))
  const uneven = { ...newReading, unevenAt: 100 }
  assert.deepEqual(
    [50, 99, 100, 150].map((perPage) => holdsAt(uneven, perPage)),
    [false, false, true, true],
  )
})
