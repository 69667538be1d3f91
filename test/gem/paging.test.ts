import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pageSizeAfterGoodPage, smallerPageSize, startingPageSize } from '../../src/gem/page-size.ts'
import { offsetAfter, pageAt } from '../../src/gem/paging.ts'

test('an offset lies on a page numbered from 1', () => {
  assert.deepEqual(pageAt(0, 100), { page: 1, skip: 0 })
  assert.deepEqual(pageAt(99, 100), { page: 1, skip: 99 })
  assert.deepEqual(pageAt(100, 100), { page: 2, skip: 0 })
  assert.deepEqual(pageAt(500, 187), { page: 3, skip: 126 })
})

test('every row is read whatever sizes the pages have', () => {
  const seen = new Set<number>()
  const sizes = [500, 250, 125, 188, 94, 10, 15, 23, 500]
  let offset = 0
  for (let turn = 0; offset < 3000; turn++) {
    const size = sizes[turn % sizes.length]!
    const { page } = pageAt(offset, size)
    for (let row = (page - 1) * size; row < page * size; row++) seen.add(row)
    assert.ok(offsetAfter(page, size) > offset)
    offset = offsetAfter(page, size)
  }
  assert.deepEqual(
    [...seen].slice(0, 3000),
    Array.from({ length: 3000 }, (_, row) => row),
  )
})

test('the page size is halved down to 10', () => {
  let size = startingPageSize(500)
  const seen = [size.perPage]
  for (let failure = 0; failure < 7; failure++) {
    size = smallerPageSize(size)
    seen.push(size.perPage)
  }
  assert.deepEqual(seen, [500, 250, 125, 62, 31, 15, 10, 10])
})

test('a maximum below 10 is its own floor', () => {
  assert.equal(smallerPageSize(startingPageSize(4)).perPage, 4)
})

test('the page size grows back by half after enough good pages, never beyond the maximum', () => {
  let size = smallerPageSize(smallerPageSize(startingPageSize(500)))
  const sizes: number[] = []
  for (let page = 0; page < 100; page++) {
    size = pageSizeAfterGoodPage(size, 500)
    sizes.push(size.perPage)
  }
  assert.deepEqual([...new Set(sizes)], [125, 188, 282, 423, 500])
  assert.equal(sizes.indexOf(188), 19)
})

test('a size that fails again and again is tried less often', () => {
  let size = startingPageSize(500)
  for (let failure = 0; failure < 10; failure++) size = smallerPageSize(size)
  assert.equal(size.growAfter, 80)
})

test('a lowered maximum takes effect at once', () => {
  assert.equal(pageSizeAfterGoodPage(startingPageSize(500), 100).perPage, 100)
})
