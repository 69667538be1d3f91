import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { WorkflowHandle } from '@temporalio/client'
import type { GemObject, StreamName } from '../../src/embedded/simulated-gem/index.ts'
import type { MainTable } from '../../src/streams.ts'
import {
  pauseSignal,
  resumeSignal,
  resyncSignal,
  type Status,
  statusQuery,
} from '../../src/workflows/messages.ts'
import { type EndedSync, type Product, startProduct } from '../support/product.ts'
import { untilStatus } from '../support/until-status.ts'

describe('a confirmation of deletions', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 80, seed: 19, switches: { totals: false } })
  })
  after(async () => {
    await product[Symbol.asyncDispose]()
  })

  const aliveRows = async (account: string, table: MainTable): Promise<number> => {
    const { rows } = await product.pool.query(
      `select count(*)::int as alive from ats.${table} where account = $1 and remote_deleted_at is null`,
      [account],
    )
    return rows[0].alive
  }

  /** All but three. */
  function vanishMost(stream: StreamName): string[] {
    const objects = [...product.gem.world.objects(stream)] as GemObject[]
    const gone = objects.filter(({ deleted_at }) => deleted_at == null).map(({ id }) => String(id))
    const most = gone.slice(0, -3)
    for (const id of most) product.gem.world.vanish(stream, id)
    return most
  }

  async function synced(): Promise<{ account: string; handle: WorkflowHandle }> {
    const account = await product.addAccount()
    const handle = await product.start(account)
    await product.nextSync(account)
    return { account, handle }
  }

  async function full(account: string, handle: WorkflowHandle): Promise<EndedSync> {
    await handle.signal(resyncSignal, {})
    return await product.nextSync(account)
  }

  const confirm = (handle: WorkflowHandle) =>
    handle.signal(resyncSignal, { models: ['interviews'], confirmDeletions: true })
  const status = (handle: WorkflowHandle): Promise<Status> => handle.query(statusQuery)
  const confirmedIn = async (handle: WorkflowHandle) =>
    (await status(handle)).queue.flatMap(({ confirmedModels }) => confirmedModels)

  /** Interviews are held back; they come back when the test is over. */
  async function heldBack(context: { after(f: () => void): void }) {
    const mirrored = await synced()
    const gone = vanishMost('scheduled_interviews')
    context.after(() => {
      for (const id of gone) product.gem.world.reappear('scheduled_interviews', id)
    })
    const { account, handle } = mirrored
    assert.equal((await full(account, handle)).state, 'PARTIALLY_FAILED')
    return mirrored
  }

  test('for one model deletes nothing of another, whose list is empty in that moment', async (context) => {
    const { account, handle } = await heldBack(context)
    const candidates = await aliveRows(account, 'candidates')
    product.gem.faults.add({ kind: 'empty-page', stream: 'candidates', times: 'always' })
    await confirm(handle)
    const { state } = await product.nextSync(account)
    product.gem.faults.clear()
    assert.equal(await aliveRows(account, 'candidates'), candidates)
    assert.equal(state, 'PARTIALLY_FAILED')
    assert.equal(await aliveRows(account, 'interviews'), 3)
  })

  test('for one model leaves what was held back of another, which comes along', async (context) => {
    const { account, handle } = await heldBack(context)
    const gone = vanishMost('applications')
    context.after(() => {
      for (const id of gone) product.gem.world.reappear('applications', id)
    })
    await full(account, handle)
    const applications = await aliveRows(account, 'applications')
    await confirm(handle)
    assert.equal((await product.nextSync(account)).state, 'PARTIALLY_FAILED')
    assert.equal(await aliveRows(account, 'applications'), applications)
    assert.equal(await aliveRows(account, 'interviews'), 3)
  })

  test('is used up by the run that it starts', async (context) => {
    const { account, handle } = await heldBack(context)
    const alive = await aliveRows(account, 'interviews')
    product.gem.faults.add({ kind: 'empty-page', stream: 'scheduled_interviews', times: 'always' })
    await confirm(handle)
    assert.equal((await product.nextSync(account)).state, 'PARTIALLY_FAILED')
    product.gem.faults.clear()
    assert.deepEqual(await confirmedIn(handle), [])
    assert.equal((await full(account, handle)).state, 'PARTIALLY_FAILED')
    assert.equal(await aliveRows(account, 'interviews'), alive)
  })

  test('waits out a pause', async (context) => {
    const { account, handle } = await heldBack(context)
    await handle.signal(pauseSignal)
    await confirm(handle)
    assert.deepEqual(await confirmedIn(handle), ['interviews'])
    await handle.signal(resumeSignal)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.equal(await aliveRows(account, 'interviews'), 3)
  })

  test('is not carried over by a run whose key was refused', async (context) => {
    const { account, handle } = await heldBack(context)
    const alive = await aliveRows(account, 'interviews')
    product.gem.setSwitches({ forbidden: ['users', 'job_stages'] })
    await confirm(handle)
    assert.equal((await product.nextSync(account)).state, 'AUTHENTICATION_FAILED')
    product.gem.setSwitches({ forbidden: [] })
    const { queue } = await status(handle)
    assert.deepEqual(
      queue.map(({ mode, models, confirmedModels }) => ({ mode, models, confirmedModels })),
      [{ mode: 'full', models: ['interviews'], confirmedModels: [] }],
    )
    await handle.signal(resumeSignal)
    assert.equal((await product.nextSync(account)).state, 'PARTIALLY_FAILED')
    assert.equal(await aliveRows(account, 'interviews'), alive)
  })

  test('is forgotten with the key under which it was given, and says so', async (context) => {
    const { account, handle } = await heldBack(context)
    const alive = await aliveRows(account, 'interviews')
    await handle.signal(pauseSignal)
    await confirm(handle)
    await product.setKey(account)
    await handle.signal('wake')
    const { queue } = await untilStatus(handle, ({ refusals }) => refusals.length > 0)
    assert.deepEqual(
      queue.map(({ models, confirmedModels }) => ({ models, confirmedModels })),
      [{ models: ['interviews'], confirmedModels: [] }],
    )
    assert.match(
      (await status(handle)).refusals[0]?.why ?? '',
      /^confirmDeletions: interviews: the key is another one since/,
    )
    await handle.signal(resumeSignal)
    assert.equal((await product.nextSync(account)).state, 'PARTIALLY_FAILED')
    assert.equal(await aliveRows(account, 'interviews'), alive)
  })
})
