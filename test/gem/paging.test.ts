import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type PageSize,
  pageSizeAfterGoodPage,
  smallerPageSize,
  startingPageSize,
} from '../../src/gem/page-size.ts'
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

function afterGoodPages(size: PageSize, pages: number): PageSize[] {
  const sizes = [size]
  for (let page = 0; page < pages; page++) sizes.push(pageSizeAfterGoodPage(sizes.at(-1) ?? size, 500))
  return sizes
}

test('the page size is doubled again after enough good pages, never beyond the maximum', () => {
  const sizes = afterGoodPages(smallerPageSize(smallerPageSize(startingPageSize(450))), 100)
  assert.deepEqual([...new Set(sizes.map(({ perPage }) => perPage))], [112, 224, 448, 500])
})

test('a size that fails by chance is back after a few pages, however often', () => {
  let size = startingPageSize(500)
  for (let failure = 0; failure < 20; failure++) {
    size = afterGoodPages(size, 15).at(-1) ?? size
    const smaller = smallerPageSize(size)
    assert.deepEqual([smaller.perPage, afterGoodPages(smaller, 3).at(-1)?.perPage], [250, 500])
    size = smaller
  }
})

test('a size that never works is tried after ever more pages', () => {
  let size = startingPageSize(500)
  const pages: number[] = []
  for (let failure = 0; failure < 7; failure++) {
    size = smallerPageSize(size)
    const sizes = afterGoodPages(size, 100)
    pages.push(sizes.findIndex(({ perPage }) => perPage === 500))
    size = sizes.find(({ perPage }) => perPage === 500) ?? size
  }
  assert.deepEqual(pages, [6, 12, 24, 48, 96, 96, 96])
})

test('a lowered maximum takes effect at once', () => {
  assert.equal(pageSizeAfterGoodPage(startingPageSize(500), 100).perPage, 100)
})
