import type { Status } from '../../src/workflows/messages.ts'
import { cutOffWorker } from './database-outage.ts'
import type { Product } from './product.ts'
import { until } from './until.ts'
import { untilStatus } from './until-status.ts'

type Handle = Awaited<ReturnType<Product['start']>>

/** An account's workflow that stays as it is until it is released. */
export interface Situation {
  readonly account: string
  readonly handle: Handle
  readonly state: Status['state']
  /** Takes away what holds it. Two of them need virtual time. */
  release(): Promise<void>
}

/** Every state that an account's workflow can be found in, each brought about by what brings it about in life. */
export const situations: Record<Status['state'], (product: Product) => Promise<Situation>> = {
  async STARTING(product) {
    const account = await product.addAccount()
    const giveBack = await cutOffWorker(product.pool)
    const handle = await product.start(account)
    const release = async () => {
      await giveBack()
      // Until the next attempt.
      await product.skip('5 minutes')
    }
    return await reached({ account, handle, state: 'STARTING', release })
  },

  async WAITING(product) {
    return await reached({ ...(await synced(product)), state: 'WAITING', release: async () => {} })
  },

  async SYNCING(product) {
    const { account, handle } = await synced(product)
    const client = await product.pool.connect()
    await client.query('begin')
    // The slice takes its stream over by this row: it waits for as long as the test does.
    await client.query(`select from sync.checkpoints where account = $1 and stream = 'users' for update`, [
      account,
    ])
    await handle.signal('resync', { mode: 'delta' })
    const release = async () => {
      await client.query('rollback')
      client.release()
    }
    return await reached({ account, handle, state: 'SYNCING', release })
  },

  async RATE_LIMITED(product) {
    const { account, handle } = await synced(product)
    product.gem.faults.add({ kind: 'throttle', stream: 'users', retryAfter: 3_600 })
    await handle.signal('resync', { mode: 'delta' })
    const release = () => product.skip('2 hours')
    return await reached({ account, handle, state: 'RATE_LIMITED', release })
  },

  async GEM_FAILS(product) {
    const { account, handle } = await synced(product)
    const outage = product.gem.faults.add({ kind: '503', times: 'always' })
    await handle.signal('resync', { mode: 'delta' })
    const release = async () => {
      outage.remove()
      await product.skip('1 hour')
    }
    return await reached({ account, handle, state: 'GEM_FAILS', release })
  },

  async PAUSED(product) {
    const { account, handle } = await synced(product)
    await handle.signal('pause')
    const release = () => handle.signal('resume')
    return await mirrored(product, await reached({ account, handle, state: 'PAUSED', release }))
  },

  async NEEDS_CREDENTIALS(product) {
    const { account, handle } = await synced(product)
    product.gem.setSwitches({ forbidden: ['users', 'job_stages'] })
    await handle.signal('resync', { mode: 'delta' })
    const situation = await reached({
      ...{ account, handle, state: 'NEEDS_CREDENTIALS' as const },
      release: () => handle.signal('resume'),
    })
    product.gem.setSwitches({ forbidden: [] })
    return situation
  },

  async NEEDS_SETTINGS(product) {
    const { account, handle } = await synced(product)
    const store = (settings: string) =>
      product.pool.query('update sync.accounts set settings = $2 where account = $1', [account, settings])
    await store('{"rate":{"burst":"many"}}')
    await handle.signal('wake')
    const release = async () => {
      await store('{}')
      await handle.signal('wake')
    }
    return await mirrored(product, await reached({ account, handle, state: 'NEEDS_SETTINGS', release }))
  },
}

/** A workflow whose first sync has ended. */
async function synced(product: Product): Promise<{ account: string; handle: Handle }> {
  const account = await product.addAccount()
  const handle = await product.start(account)
  const { run } = await product.nextSync(account)
  await untilStatus(handle, ({ lastSync }) => lastSync?.run === run)
  return { account, handle }
}

async function reached(situation: Situation): Promise<Situation> {
  await untilStatus(situation.handle, ({ state }) => state === situation.state)
  return situation
}

/** PostgreSQL knows that the account is not active. */
async function mirrored(product: Product, situation: Situation): Promise<Situation> {
  const { account } = situation
  const ask = 'select state from sync.accounts where account = $1'
  await until(
    `${account} is not active in PostgreSQL`,
    async () => (await product.pool.query(ask, [account])).rows[0].state,
    (state) => state !== 'ACTIVE',
  )
  return situation
}

/** Where a released account comes to: nothing under way, nothing asked for, and the last sync a good one. */
export const isAtRest = ({ state, queue, lastSync }: Status) =>
  state === 'WAITING' && queue.length === 0 && lastSync?.state === 'SUCCEEDED'
