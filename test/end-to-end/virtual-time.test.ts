import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { statusQuery } from '../../src/workflows/messages.ts'
import { startProduct } from '../support/product.ts'

/** One for each test: what one of them cuts off may not stop the others' clock. */
const start = () => startProduct({ candidates: 60, seed: 21 }, { timeSkipping: true })

describe('in virtual time', () => {
  test('Gem that is away for a day costs fewer than 10 calls an hour, and the sync goes on when it is back', async () => {
    await using product = await start()
    const account = await product.addAccount()
    const outage = product.gem.faults.add({ kind: '503', times: 'always' })
    const handle = await product.start(account)
    let most = 0
    for (let hour = 0; hour < 5; hour++) {
      const before = product.gem.requests.total
      await product.skip('1 hour')
      most = Math.max(most, product.gem.requests.total - before)
    }
    assert.ok(most < 10, `${most} calls in an hour`)
    const { state, doing } = await handle.query(statusQuery)
    assert.equal(state, 'GEM_FAILS')
    assert.match(doing, /503/)
    outage.remove()
    await product.skip('1 hour')
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual(await product.differences(account), [])
  })

  test('a list that can never be read fails alone, ever more rarely, and is tried again when a person asks', async () => {
    await using product = await start()
    const account = await product.addAccount()
    const broken = product.gem.faults.add({ kind: '500', stream: 'jobs', times: 'always' })
    const handle = await product.start(account)
    await product.skip('1 day')
    const calls = product.gem.requests.entries().filter((entry) => entry.stream === 'jobs').length
    assert.ok(calls < 30, `${calls} calls for jobs in a day`)
    const { rows } = await product.pool.query(
      `select state, count(*)::int as runs from sync.runs where account = $1 and state <> 'RUNNING' group by state`,
      [account],
    )
    assert.deepEqual(
      rows.map((row) => row.state),
      ['PARTIALLY_FAILED'],
    )
    broken.remove()
    const syncs = rows[0].runs
    for (let index = 0; index < syncs; index++) await product.nextSync(account)
    await handle.signal('resync', { mode: 'full' })
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual(await product.differences(account), [])
  })

  test('lists that are read up to a page that always fails cost few calls an hour once they are known for it', async () => {
    await using product = await start()
    const account = await product.addAccount(['paging.maxPerPage=10', 'schedule.deltaEvery=15m'])
    const lists = ['users', 'job_stages', 'candidates'] as const
    for (const stream of lists) product.gem.faults.add({ kind: '500', stream, page: 2, times: 'always' })
    const handle = await product.start(account)
    const failed = () => product.gem.requests.byStatus[500] ?? 0
    await product.skip('3 hours')
    for (let hour = 0; hour < 9; hour++) {
      const before = failed()
      await product.skip('1 hour')
      assert.ok(failed() - before < 10, `${failed() - before} calls in an hour`)
    }
    assert.equal((await handle.query(statusQuery)).lastSync?.state, 'PARTIALLY_FAILED')
  })

  test('a new key is noticed within an hour although no message told of it', async () => {
    await using product = await start()
    const account = await product.addAccount()
    product.gem.setSwitches({ forbidden: ['users', 'job_stages'] })
    await product.start(account)
    assert.equal((await product.nextSync(account)).state, 'AUTHENTICATION_FAILED')
    product.gem.setSwitches({ forbidden: [] })
    const calls = product.gem.requests.total
    await product.skip('50 minutes')
    assert.equal(product.gem.requests.total, calls)
    await product.pool.query(`update sync.accounts set state = 'ACTIVE' where account = $1`, [account])
    await product.skip('20 minutes')
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
  })
})
