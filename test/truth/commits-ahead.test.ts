import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SyncOptions } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'

let ahead = 0
const { mirror } = await mirrorsOfFile({
  onStatement({ query }) {
    // Only a page that is written before its turn asks for that: see src/database/checkpoints.ts.
    if (query.sql.includes('as "keepsBlank"')) ahead++
  },
})

/** How many pages of a first sync are written before their turn: six are of candidates. */
async function pagesAhead(options: SyncOptions): Promise<number> {
  const { sync } = await mirror({ candidates: 60, settings: { maxPerPage: 10 } })
  ahead = 0
  const { state } = await sync(options)
  assert.equal(state, 'SUCCEEDED')
  return ahead
}

test('pages of a first sync are written before their turn, all but the first', async () => {
  const pages = await pagesAhead({ isOnlySlice: true })
  assert.ok(pages >= 5, `${pages} pages`)
})

test('pages have their turn while the worker is at other slices, which need its time', async () => {
  assert.equal(await pagesAhead({ isOnlySlice: false }), 0)
})
