import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { startSimulatedGem } from '../../src/embedded/simulated-gem/index.ts'
import { resumeSignal, statusQuery } from '../../src/workflows/messages.ts'
import { type Product, startProduct } from '../support/product.ts'
import { untilStatus } from '../support/until-status.ts'

describe('refused credentials', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 60, seed: 4 })
  })
  after(async () => {
    await product[Symbol.asyncDispose]()
  })

  const stateOf = async (account: string) =>
    (
      await sql<{ state: string }>`select state from sync.accounts where account = ${account}`.execute(
        product.db,
      )
    ).rows[0]?.state

  test('of one list fail that list alone', async () => {
    const account = await product.addAccount()
    product.gem.setSwitches({ forbidden: ['job_posts'] })
    await product.start(account)
    const { state } = await product.nextSync(account)
    product.gem.setSwitches({ forbidden: [] })
    assert.equal(state, 'PARTIALLY_FAILED')
    assert.equal(await stateOf(account), 'ACTIVE')
  })

  test('of a second list park the account until it is resumed, without another call', async () => {
    const account = await product.addAccount()
    product.gem.setSwitches({ forbidden: ['users', 'job_stages'] })
    const handle = await product.start(account)
    assert.equal((await product.nextSync(account)).state, 'AUTHENTICATION_FAILED')
    assert.equal(await stateOf(account), 'NEEDS_CREDENTIALS')
    assert.equal((await handle.query(statusQuery)).state, 'NEEDS_CREDENTIALS')
    const calls = product.gem.requests.total
    await handle.signal('resync', { mode: 'delta' })
    assert.deepEqual((await handle.query(statusQuery)).state, 'NEEDS_CREDENTIALS')
    assert.equal(product.gem.requests.total, calls)
    product.gem.setSwitches({ forbidden: [] })
    await handle.signal(resumeSignal)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual(await product.differences(account), [])
    assert.equal(await stateOf(account), 'ACTIVE')
  })

  test("of another company's account are noticed before anything of it is written", async () => {
    const account = await product.addAccount()
    const handle = await product.start(account)
    await product.nextSync(account)
    const rows = async () =>
      (
        await product.pool.query('select id, xmin::text from ats.users where account = $1 order by id', [
          account,
        ])
      ).rows
    const before = await rows()
    const other = await startSimulatedGem({
      candidates: 60,
      seed: 99,
      rate: null,
      apiKey: product.gem.apiKey,
    })
    await sql`update sync.accounts set base_url = ${other.url}, key_compared = false where account = ${account}`.execute(
      product.db,
    )
    await handle.signal('resync', { mode: 'full' })
    const sync = await product.nextSync(account)
    await other.close()
    assert.deepEqual([sync.state, sync.changed], ['AUTHENTICATION_FAILED', []])
    assert.deepEqual(await rows(), before)
    const { lastSync } = await untilStatus(handle, (status) => status.lastSync?.run === sync.run)
    assert.match(lastSync?.error ?? '', /another Gem team/)
  })
})
