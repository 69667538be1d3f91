import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { streamNames } from '../../src/streams.ts'
import { startProduct } from '../support/product.ts'

const perPage = 10

describe('the history of a first sync', () => {
  test('has fewer than 500 events for as many pages as 100,000 candidates have, and no call beyond 2 % more', async (t) => {
    await using product = await startProduct({ candidates: 2_000, seed: 7 })
    const account = await product.addAccount([
      ...[`paging.maxPerPage=${perPage}`, 'rate.requestsPerSecond=1000', 'rate.burst=10000'],
    ])
    const handle = await product.start(account)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')

    const pages = streamNames.reduce(
      (sum, stream) => sum + Math.ceil(product.gem.world.count(stream) / perPage),
      0,
    )
    const { historyLength } = await handle.describe()
    const { total } = product.gem.requests
    t.diagnostic(`${pages} pages: ${total} calls, ${historyLength} events`)
    assert.ok(pages >= 570, `${pages} pages`)
    assert.ok(historyLength < 500, `${historyLength} events`)
    assert.ok(total <= 1.02 * pages, `${total} calls for ${pages} pages`)
  })
})
