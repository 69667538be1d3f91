import assert from 'node:assert/strict'
import { after, afterEach, before, describe, test } from 'node:test'
import type { Status } from '../../src/workflows/messages.ts'
import { cutOffWorker } from '../support/database-outage.ts'
import { type Product, startProduct } from '../support/product.ts'
import { situations } from '../support/situations.ts'
import { untilStatus } from '../support/until-status.ts'

describe('a database that is away for hours', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 60, seed: 41 }, { timeSkipping: true })
  })
  after(() => product[Symbol.asyncDispose]())

  type Handle = Awaited<ReturnType<Product['start']>>

  /** Ends the outage, also where a test has failed: the next one needs the database. */
  let giveBack = async () => {}
  afterEach(() => giveBack())

  async function cutOff(): Promise<void> {
    giveBack = await cutOffWorker(product.pool)
  }

  /** Refuses one kind of statement to the worker, as if the database went away just before it. */
  async function refuse(privilege: string, table: string): Promise<void> {
    const change = (what: string) => product.pool.query(`${what} gem_ats_sync_worker`)
    giveBack = async () => void (await change(`grant ${privilege} on ${table} to`))
    await change(`revoke ${privilege} on ${table} from`)
  }

  /** Events of the workflow, and attempts at what it waits for. */
  async function effort(handle: Handle): Promise<{ events: number; attempts: number }> {
    const { raw } = await handle.describe()
    const attempts = raw.pendingActivities?.map(({ attempt }) => attempt ?? 0) ?? []
    return { events: (await handle.fetchHistory()).events?.length ?? 0, attempts: Math.max(0, ...attempts) }
  }

  /** Lets hours pass: nothing is called, and what waits for the database asks for it once a minute at most. */
  async function assertHoursPass(handle: Handle, shows: (status: Status) => boolean): Promise<void> {
    await untilStatus(handle, shows)
    let before = await effort(handle)
    while (before.attempts < 2) before = await effort(handle)
    const calls = product.gem.requests.total
    await product.skip('90 minutes')
    assert.equal(product.gem.requests.total, calls)
    const { events, attempts } = await effort(handle)
    assert.ok(attempts > before.attempts && attempts - before.attempts < 100, `${attempts} attempts`)
    assert.ok(events - before.events < 20, `${events - before.events} events`)
    await untilStatus(handle, shows)
  }

  /** What waited goes on by itself, with one sync for all that were missed. */
  async function assertGoesOn(account: string, handle: Handle): Promise<void> {
    await product.skip('20 minutes')
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    const { lastSync } = await untilStatus(handle, ({ state }) => state === 'WAITING')
    assert.equal(lastSync?.state, 'SUCCEEDED')
    assert.deepEqual(await product.differences(account), [])
    const { rows } = await product.pool.query(
      `select count(*)::int as runs from sync.runs where account = $1 and state = 'SUCCEEDED'`,
      [account],
    )
    assert.equal(rows[0].runs, 2)
    // Paused and not terminated: the server's time stands still for ever beside work that is cut off.
    await handle.signal('pause')
  }

  test('as a sync falls due is waited for, and shown', async () => {
    const { account, handle } = await situations.WAITING(product)
    await cutOff()
    await product.skip('4 hours')
    await assertHoursPass(
      handle,
      ({ state, doing }) => state === 'WAITING' && /due since .*PostgreSQL/.test(doing),
    )
    await giveBack()
    await assertGoesOn(account, handle)
  })

  test('as a sync begins is waited for', async () => {
    const { account, handle } = await situations.WAITING(product)
    await refuse('insert', 'sync.runs')
    await handle.signal('resync')
    await assertHoursPass(handle, ({ doing }) => doing === 'full sync, begins')
    await giveBack()
    await assertGoesOn(account, handle)
  })

  test('in the middle of a page is waited for, and the page is read again', async () => {
    const { account, handle } = await situations.WAITING(product)
    product.gem.faults.add({
      ...{ kind: 'drift', stream: 'candidates' },
      before: cutOff,
    })
    await handle.signal('resync')
    await assertHoursPass(handle, ({ doing }) => doing === 'full sync, candidates')
    await giveBack()
    await assertGoesOn(account, handle)
  })

  test('as a sync ends is waited for', async () => {
    const { account, handle } = await situations.WAITING(product)
    await refuse('delete', 'sync.seen_pages')
    await handle.signal('resync')
    await assertHoursPass(handle, ({ doing }) => doing === 'full sync, between streams')
    await giveBack()
    await assertGoesOn(account, handle)
  })

  test('as an account is paused keeps no message, and learns of the pause when it is back', async () => {
    const { account, handle } = await situations.WAITING(product)
    await cutOff()
    await handle.signal('pause')
    await handle.signal('resync', { mode: 'delta' })
    await assertHoursPass(handle, ({ state, queue }) => state === 'PAUSED' && queue.length === 1)
    await giveBack()
    await product.skip('5 minutes')
    const { rows } = await product.pool.query('select state from sync.accounts where account = $1', [account])
    assert.equal(rows[0].state, 'PAUSED')
    await handle.signal('resume')
    await assertGoesOn(account, handle)
  })
})
