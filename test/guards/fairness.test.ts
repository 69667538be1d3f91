import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { type SimulatedGem, startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { type Product, startProduct } from '../support/product.ts'

const perPage = 10

describe('a huge account', () => {
  let product: Product
  let small: SimulatedGem
  before(async () => {
    product = await startProduct({ candidates: 16_000, seed: 5 }, { slots: 1 })
    small = await startSimulatedGem({ candidates: 50, seed: 6, rate: null })
  })
  after(async () => {
    await product[Symbol.asyncDispose]()
    await small.close()
  })

  /** One short list, of another Gem that takes the same key. */
  async function addSmallAccount(): Promise<string> {
    const account = await product.addAccount(['models=users'])
    await product.db
      .updateTable('sync.accounts')
      .set({ base_url: small.url })
      .where('account', '=', account)
      .execute()
    return account
  }

  async function untilItReads(account: string): Promise<void> {
    while ((await pagesOf(account, 'candidates')) === 0) await delay(20)
  }

  async function pagesOf(account: string, stream: string): Promise<number> {
    const { rows } = await product.pool.query(
      `select s.pages::int from sync.run_streams s join sync.runs r on r.id = s.run_id
      where r.account = $1 and s.stream = $2`,
      [account, stream],
    )
    return rows[0]?.pages ?? 0
  }

  test('does not starve the small ones: theirs begin and end while it has most of its pages to go', async (t) => {
    const huge = await product.addAccount([
      `paging.maxPerPage=${perPage}`,
      'rate.requestsPerSecond=1000',
      'rate.burst=10000',
    ])
    await product.start(huge)
    await untilItReads(huge)
    const others = await Promise.all([1, 2, 3, 4].map(addSmallAccount))
    for (const account of others) await product.start(account)
    for (const account of others) assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    const { gem } = product
    const [read, all] = [await pagesOf(huge, 'candidates'), gem.world.count('candidates') / perPage]
    t.diagnostic(`by then ${read} of ${all} pages of its candidates`)
    assert.ok(read < all / 2, `${read} of ${all} pages`)
  })
})
