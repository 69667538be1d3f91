/** Takes more than a minute, so it is a script of its own: `npm run test:week`. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type Product, startProduct } from '../support/product.ts'

let product: Product
before(async () => {
  product = await startProduct({ candidates: 60, seed: 21 }, { timeSkipping: true })
})
after(async () => {
  await product[Symbol.asyncDispose]()
})

test('a week brings as many syncs as the schedule says, in histories that stay short', async () => {
  const account = await product.addAccount()
  const handle = await product.start(account)
  const weekMs = 7 * 24 * 3_600_000
  for (let day = 0; day < 7; day++) {
    product.gem.world.create('candidates')
    await product.skip('1 day')
  }
  const { rows } = await product.pool.query(
    `select mode, count(*)::int as runs from sync.runs where account = $1 and state = 'SUCCEEDED' group by mode order by mode`,
    [account],
  )
  const [delta, full] = [rows[0].runs, rows[1].runs]
  // A full every 10 h and 5 min of jitter at most; a delta every 3 h in between, of which a full takes one place.
  assert.ok(full >= Math.floor(weekMs / (10 * 3_600_000 + 300_000)) && full <= 17, `${full} fulls`)
  assert.ok(delta + full >= 52 && delta + full <= 68, `${delta} deltas`)
  const { historyLength } = await handle.describe()
  assert.ok(historyLength < 2_500, `${historyLength} events`)
  await handle.signal('resync', { mode: 'full' })
  for (let index = 0; index <= delta + full; index++) await product.nextSync(account)
  assert.deepEqual(await product.differences(account), [])
})
