/** What a person sees of some faults that the matrix runs without Temporal. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { WorkflowHandle } from '@temporalio/client'
import { streamNames, streams } from '../../src/streams.ts'
import { resyncSignal, type Status, statusQuery } from '../../src/workflows/messages.ts'
import { type Product, startProduct } from '../support/product.ts'

describe('a fault, on the whole product', () => {
  let product: Product
  let account: string
  let handle: WorkflowHandle
  before(async () => {
    product = await startProduct({ candidates: 60, seed: 31 }, { timeSkipping: true })
  })
  after(async () => {
    await product[Symbol.asyncDispose]()
  })

  async function startWith(assignments: readonly string[] = []): Promise<void> {
    account = await product.addAccount(assignments)
    handle = await product.start(account)
  }

  const status = (): Promise<Status> => handle.query(statusQuery)
  const callsOf = (stream: string) => product.gem.requests.byStream[stream] ?? 0

  async function assertHeals(): Promise<void> {
    const { rows } = await product.pool.query(
      `select count(*)::int as runs from sync.runs where account = $1 and state <> 'RUNNING'`,
      [account],
    )
    for (let run = 0; run < rows[0].runs; run++) await product.nextSync(account)
    await handle.signal(resyncSignal, { mode: 'full' })
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual(await product.differences(account), [])
    // Paused and not terminated: the server's time stands still for ever beside work that is cut off.
    await handle.signal('pause')
  }

  test('a list that ignores the page number fails alone, says so, and costs few calls a day', async () => {
    const fault = product.gem.faults.add({ kind: 'ignored-page', stream: 'jobs', times: 'always' })
    product.gem.requests.reset()
    await startWith(['paging.maxPerPage=10'])
    await product.skip('1 hour')
    const { lastSync, streams: told } = await status()
    const words =
      'GET /ats/v0/jobs/ page 2 (10 per page): the same records as on page 1: Gem ignores the page number, and the rest cannot be read'
    assert.deepEqual([lastSync?.state, lastSync?.error], ['PARTIALLY_FAILED', `jobs: ${words}`])
    for (const { stream, state, error } of told) {
      assert.deepEqual([state, error], stream === 'jobs' ? ['FAILED', words] : ['SUCCEEDED', null], stream)
    }
    await product.skip('1 day')
    assert.ok(callsOf('jobs') < 40, `${callsOf('jobs')} calls for jobs in a day`)
    fault.remove()
    await assertHeals()
  })

  test('a Gem that sends everybody elsewhere is followed nowhere, and every list says so', async () => {
    const location = 'https://elsewhere.example.com/ats/v0/'
    const fault = product.gem.faults.add({ kind: 'redirect', location, times: 'always' })
    product.gem.requests.reset()
    await startWith()
    await product.skip('1 hour')
    const { lastSync } = await status()
    assert.equal(lastSync?.state, 'FAILED')
    const lines = (lastSync?.error ?? '').split('\n')
    for (const [index, stream] of streamNames.entries()) {
      const words = `${stream}: GET ${streams[stream].path} page 1 (500 per page): redirected to another host (elsewhere.example.com), which is not followed`
      assert.equal(lines[index], words)
    }
    assert.equal(product.gem.requests.total, streamNames.length)
    fault.remove()
    await assertHeals()
  })
})
