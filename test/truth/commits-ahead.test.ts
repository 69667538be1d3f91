import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StreamName } from '../../src/streams.ts'
import type { SyncOptions } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'

let ahead = 0
const { mirror } = await mirrorsOfFile({
  onStatement({ query }) {
    // Only a page that is written before its turn asks for that: see src/database/checkpoints.ts.
    if (query.sql.includes('as "keepsBlank"')) ahead++
  },
})

const maxPerPage = 10

/** How many pages of a first sync are written before their turn. */
async function pagesAhead(options: SyncOptions) {
  const { gem, sync } = await mirror({ candidates: 60, settings: { maxPerPage } })
  ahead = 0
  const { state } = await sync(options)
  assert.equal(state, 'SUCCEEDED')
  return { pages: ahead, gem }
}

test('pages of a first sync are written before their turn, all but the first of each list', async () => {
  const { pages, gem } = await pagesAhead({ isOnlySlice: true })
  // Behind a full page a list may go on.
  const pagesOf = (list: StreamName) => Math.floor(gem.world.count(list) / maxPerPage) + 1
  assert.equal(pages, pagesOf('candidates') - 1 + pagesOf('scheduled_interviews') - 1)
})

test('pages have their turn while the worker is at other slices, which need its time', async () => {
  assert.equal((await pagesAhead({ isOnlySlice: false })).pages, 0)
})
