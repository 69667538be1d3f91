/** `sync.accounts.state` tells slices what the workflow has decided; somebody else may have written there. */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { WorkflowHandle } from '@temporalio/client'
import { type Product, startProduct } from '../support/product.ts'
import { until } from '../support/until.ts'

describe('a state that somebody sets in SQL amid a sync', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 60, seed: 31 })
  })
  after(() => product[Symbol.asyncDispose]())

  const eventsOf = async (handle: WorkflowHandle) => Number((await handle.describe()).historyLength)

  const stateOf = async (account: string) =>
    (await product.pool.query('select state from sync.accounts where account = $1', [account])).rows[0].state

  async function synced(): Promise<{ account: string; handle: WorkflowHandle }> {
    const account = await product.addAccount(['paging.maxPerPage=10'])
    const handle = await product.start(account)
    await product.nextSync(account)
    return { account, handle }
  }

  for (const state of ['PAUSED', 'NEEDS_CREDENTIALS']) {
    test(`${state} is set right, and the sync goes on`, async () => {
      const { account, handle } = await synced()
      const before = await eventsOf(handle)
      product.gem.faults.add({
        ...{ kind: 'drift', stream: 'candidates', page: 2 },
        before: async () => {
          await product.pool.query('update sync.accounts set state = $2 where account = $1', [account, state])
        },
      })
      await handle.signal('resync', {})
      // It ends, or turns in a circle.
      await until(
        'the sync has ended',
        async () => ({ events: (await eventsOf(handle)) - before, ended: await hasEnded(account) }),
        ({ ended, events }) => ended === 2 || events > 1_000,
      )
      assert.ok((await eventsOf(handle)) - before < 200)
      assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
      assert.equal(await stateOf(account), 'ACTIVE')
      assert.deepEqual(await product.differences(account), [])
      await handle.signal('pause')
    })
  }

  const hasEnded = async (account: string) =>
    (
      await product.pool.query(
        `select count(*)::int as n from sync.runs where account = $1 and state <> 'RUNNING'`,
        [account],
      )
    ).rows[0].n

  test('that is set again and again is waited for, and resume goes on at once', async () => {
    const { account, handle } = await synced()
    await product.pool.query(`
      create function public.insist() returns trigger language plpgsql as $$ begin
        new.state := 'PAUSED'; return new;
      end $$;
      create trigger insist before update on sync.accounts for each row when (new.account = '${account}')
        execute function public.insist()`)
    await product.pool.query(`update sync.accounts set state = 'PAUSED' where account = $1`, [account])
    const before = await eventsOf(handle)
    await handle.signal('resync', {})
    const isWaiting = async () => {
      const { events } = await handle.fetchHistory()
      return events?.some(({ userMetadata }) =>
        Buffer.from(userMetadata?.summary?.data ?? []).includes(
          "somebody else keeps setting the account's state",
        ),
      )
    }
    await until('it waits', isWaiting, (waits) => waits === true)
    assert.ok((await eventsOf(handle)) - before < 150)
    await product.pool.query('drop trigger insist on sync.accounts')
    await handle.signal('resume')
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.equal(await stateOf(account), 'ACTIVE')
    await handle.signal('pause')
  })
})
