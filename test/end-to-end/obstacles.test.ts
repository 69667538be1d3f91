import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { deleteAccount } from '../../src/accounts/delete-account.ts'
import { statusQuery } from '../../src/workflows/messages.ts'
import { type Product, startProduct } from '../support/product.ts'
import { situations } from '../support/situations.ts'
import { until } from '../support/until.ts'
import { untilStatus } from '../support/until-status.ts'

describe('an account that cannot be synced as it is stored', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 60, seed: 31 }, { timeSkipping: true })
  })
  after(() => product[Symbol.asyncDispose]())

  type Handle = Awaited<ReturnType<Product['start']>>

  const store = (account: string, column: 'settings' | 'encryption_key_id', value: string) =>
    product.pool.query(`update sync.accounts set ${column} = $2 where account = $1`, [account, value])

  /** State and reason as PostgreSQL has them, once the workflow has told it. */
  async function mirrored(account: string, state: string): Promise<{ reason: string | null }> {
    const ask = 'select state, state_reason as reason from sync.accounts where account = $1'
    return await until(
      `${account} is ${state} in PostgreSQL`,
      async () => (await product.pool.query(ask, [account])).rows[0],
      (row) => row.state === state,
    )
  }

  const eventsOf = async (handle: Handle) => (await handle.fetchHistory()).events?.length ?? 0

  /** Paused and not terminated: the server's time stands still for ever beside work that is cut off. */
  const rest = (handle: Handle) => handle.signal('pause')

  /** Lets a day pass, in which nothing is called and little is asked. */
  async function assertQuietDay(handle: Handle): Promise<void> {
    const [calls, events] = [product.gem.requests.total, await eventsOf(handle)]
    await product.skip('1 day')
    assert.equal(product.gem.requests.total, calls)
    const grown = (await eventsOf(handle)) - events
    assert.ok(grown <= 26 * 12, `${grown} events in a day`)
  }

  test('waits visibly while its settings cannot be read, and goes on by itself once they can', async () => {
    const { account, handle } = await situations.WAITING(product)
    await store(account, 'settings', '{"rate":{"jitter":3}}')
    await handle.signal('wake')
    const { doing, nextSync } = await untilStatus(handle, ({ state }) => state === 'NEEDS_SETTINGS')
    const why = new RegExp(`The settings of account ${account} cannot be read: .*"rate.jitter"`)
    assert.match(doing, why)
    assert.equal(nextSync, null)
    assert.match((await mirrored(account, 'PAUSED')).reason ?? '', why)
    await assertQuietDay(handle)

    await store(account, 'settings', '{"rate":{"burst":"many"}}')
    await product.skip('61 minutes')
    assert.match((await handle.query(statusQuery)).doing, /The setting rate.burst must be a whole number/)
    await store(account, 'settings', '{}')
    await product.skip('61 minutes')
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.equal((await mirrored(account, 'ACTIVE')).reason, null)
    await rest(handle)
  })

  test('waits from its very start', async () => {
    const account = await product.addAccount()
    await store(account, 'settings', '[]')
    const handle = await product.start(account)
    await untilStatus(handle, ({ state }) => state === 'NEEDS_SETTINGS')
    await store(account, 'settings', '{}')
    await handle.signal('resume')
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual(await product.differences(account), [])
    await rest(handle)
  })

  test('keeps the sync that is under way, and goes on with it where it was', async () => {
    const account = await product.addAccount(['paging.maxPerPage=20'])
    product.gem.faults.add({
      ...{ kind: 'drift', stream: 'candidates', page: 2 },
      before: async () => void (await store(account, 'settings', '{"pace":1}')),
    })
    product.gem.requests.reset()
    const handle = await product.start(account)
    const held = await untilStatus(handle, ({ state }) => state === 'NEEDS_SETTINGS')
    assert.match(held.doing, /"pace"/)
    const { candidates } = product.gem.requests.byStream
    await store(account, 'settings', '{"paging":{"maxPerPage":20}}')
    await handle.signal('wake')
    assert.deepEqual(await product.nextSync(account).then(({ run, state }) => [run, state]), [
      held.run?.id,
      'SUCCEEDED',
    ])
    assert.deepEqual(await product.differences(account), [])
    assert.equal(product.gem.requests.byStream.candidates, candidates, 'no page of it was read again')
    await rest(handle)
  })

  test('waits for an encryption key that opens its keys, without a call', async () => {
    const { account, handle } = await situations.WAITING(product)
    const { rows } = await product.pool.query(
      'select encryption_key_id as id from sync.accounts where account = $1',
      [account],
    )
    await store(account, 'encryption_key_id', '01234567')
    await handle.signal('wake')
    const { doing } = await untilStatus(handle, ({ state }) => state === 'NEEDS_CREDENTIALS')
    const why = new RegExp(`The credentials of account ${account} are encrypted with key 01234567, but`)
    assert.match(doing, why)
    assert.match((await mirrored(account, 'NEEDS_CREDENTIALS')).reason ?? '', why)
    await assertQuietDay(handle)
    await store(account, 'encryption_key_id', rows[0].id)
    await product.skip('61 minutes')
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    await mirrored(account, 'ACTIVE')
    await rest(handle)
  })

  test('ends when it has been removed although nobody could end it, whatever it was doing', async () => {
    // The last test, and the paused account last: a workflow that ends beside an activity stops the server's time.
    for (const state of ['WAITING', 'RATE_LIMITED', 'NEEDS_SETTINGS', 'PAUSED'] as const) {
      const { account, handle } = await situations[state](product)
      await deleteAccount(product.db, account)
      if (state === 'PAUSED') await handle.signal('resume')
      else await product.skip('4 hours')
      await assert.rejects(handle.result(), ({ cause }: Error) => {
        assert.match(String(cause), new RegExp(`There is no account ${account}|${account} has been removed`))
        return true
      })
    }
  })
})
