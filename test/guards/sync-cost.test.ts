import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { WorkflowHandle } from '@temporalio/client'
import { type StreamName, streamNames } from '../../src/streams.ts'
import type { accountSync } from '../../src/workflows/index.ts'
import { tableNames } from '../support/oracle/types.ts'
import { type Product, startProduct } from '../support/product.ts'

const perPage = 50

/** A list ends with a page that is not full: one whose length is a multiple of the page's takes a page more. */
const pagesFor = (rows: number) => Math.floor(rows / perPage) + 1

/** Readings by which a delta, or the end of a full sync, asks for what changed. */
const windows: Partial<Record<StreamName, number>> = {
  candidates: 1,
  applications: 2,
  scheduled_interviews: 1,
}

describe('what a sync costs', () => {
  let product: Product
  let account: string
  let handle: WorkflowHandle<typeof accountSync>

  before(async () => {
    product = await startProduct({ candidates: 300, seed: 7 })
    account = await product.addAccount([`paging.maxPerPage=${perPage}`])
    handle = await product.start(account)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
  })
  after(async () => {
    await product[Symbol.asyncDispose]()
  })

  /** One more sync on request, and what it made Gem, PostgreSQL and Temporal do. */
  async function resync(mode: 'full' | 'delta') {
    const versions = await rowVersions()
    const events = (await history()).length
    product.gem.requests.reset()
    await handle.signal('resync', { mode })
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    const scheduled = (await history())
      .slice(events)
      .filter((event) => event.activityTaskScheduledEventAttributes)
    return {
      requests: { ...product.gem.requests.byStream },
      activities: scheduled.length,
      written: [...(await rowVersions())].filter(([row, version]) => versions.get(row) !== version),
    }
  }

  async function history() {
    return (await handle.fetchHistory()).events ?? []
  }

  /** Which write made each row: it differs after a write of the same values, too. */
  async function rowVersions(): Promise<Map<string, string>> {
    const selects = tableNames.map(
      (table) =>
        `select '${table} ' || id as row, xmin::text as version from ats.${table} where account = $1`,
    )
    const { rows } = await product.pool.query<{ row: string; version: string }>(selects.join(' union all '), [
      account,
    ])
    return new Map(rows.map(({ row, version }) => [row, version]))
  }

  const pages = () =>
    Object.fromEntries(streamNames.map((stream) => [stream, pagesFor(product.gem.world.count(stream))]))

  test('is one call a page for a first sync, and one more where the last page is full', () => {
    assert.equal(product.gem.world.count('candidates') % perPage, 0, 'a list ends with a full page')
    assert.deepEqual(product.gem.requests.byStream, pages())
  })

  test('is a few calls and activities for a delta that finds nothing, and no row is written', async (t) => {
    const { requests, activities, written } = await resync('delta')
    t.diagnostic(`idle delta: ${JSON.stringify(requests)}, ${activities} activities`)
    const calls = Object.values(requests).reduce((sum, count) => sum + count, 0)
    assert.ok(calls <= 12 && activities <= 20, `${calls} calls, ${activities} activities`)
    const whole = { users: 1, job_stages: pages().job_stages, jobs: 1, job_posts: pages().job_posts }
    assert.deepEqual(requests, { ...whole, ...windows })
    assert.deepEqual(written, [])
  })

  test('is the first sync’s calls and the delta’s for a full sync that finds nothing, and no row is written', async (t) => {
    const { requests, activities, written } = await resync('full')
    t.diagnostic(`idle full: ${JSON.stringify(requests)}, ${activities} activities`)
    const expected = streamNames.map((stream) => [stream, (pages()[stream] ?? 0) + (windows[stream] ?? 0)])
    assert.deepEqual(requests, Object.fromEntries(expected))
    assert.deepEqual(written, [])
  })

  test('is the write of the rows that changed, and of no others', async () => {
    const [candidate] = product.gem.world.ids('candidates')
    product.gem.world.update('candidates', candidate ?? '', { title: 'Something else' })
    const { written } = await resync('delta')
    assert.equal(written.length, 1)
    assert.match(written[0]?.[0] ?? '', /^candidates /)
  })
})
