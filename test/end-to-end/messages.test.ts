import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client'
import { readBlock } from '../../src/database/rate-limit.ts'
import {
  pauseSignal,
  resumeSignal,
  resyncSignal,
  resyncUpdate,
  type Status,
  statusQuery,
} from '../../src/workflows/messages.ts'
import { type Product, startProduct } from '../support/product.ts'
import { untilStatus } from '../support/until-status.ts'

describe('messages', () => {
  let product: Product
  let account: string
  let handle: WorkflowHandle

  before(async () => {
    product = await startProduct({ candidates: 60, seed: 8 })
  })
  after(async () => {
    await product[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    account = await product.addAccount()
    handle = await product.start(account)
    await product.nextSync(account)
  })

  const status = (): Promise<Status> => handle.query(statusQuery)

  /** As the command line can send it: any bytes under any encoding. */
  async function signalRaw(name: string, encoding: string, data: string): Promise<void> {
    await product.client.workflowService.signalWorkflowExecution({
      namespace: 'default',
      workflowExecution: { workflowId: handle.workflowId },
      signalName: name,
      input: { payloads: [{ metadata: { encoding: Buffer.from(encoding) }, data: Buffer.from(data) }] },
    })
  }

  test('that cannot be decoded are refused and shown, and the workflow goes on', async () => {
    await signalRaw('resync', 'binary/foo', 'x')
    await signalRaw('resync', 'json/plain', '{"mode":')
    await signalRaw('pauze', 'json/plain', '{}')
    await handle.signal('resync', { mode: 'everything' })
    await handle.signal('resync', [1, 2, 3])
    await handle.signal('resync', { since: 'yesterday' })
    await handle.signal('resync', { mode: 'full', since: '2026-01-01T00:00:00Z' })
    await handle.signal('resync', { models: ['candidates', 'people'] })
    await handle.signal('resync', { confirmDeletions: true })
    const { refusals, queue } = await status()
    assert.deepEqual(
      refusals.map(({ message, why }) => `${message}: ${why.slice(0, 40)}`),
      [
        'resync: its payload cannot be decoded (encoding ',
        'resync: its payload cannot be decoded (encoding ',
        'pauze: unknown signal: known are resync, pause,',
        'resync: mode: expected "full" or "delta"',
        'resync: expected an object such as {"mode":"full',
        'resync: since: expected an ISO 8601 time such as',
        'resync: since: a full sync reads everything; lea',
        'resync: models: expected a list of some of users',
        'resync: confirmDeletions: name the models whose ',
      ],
    )
    assert.deepEqual(queue, [])
    await handle.signal(resyncSignal, { mode: 'delta' })
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
  })

  test('update: a malformed resync is refused before it is accepted, a good one answers the queue', async () => {
    await handle.signal(pauseSignal)
    await assert.rejects(
      handle.executeUpdate(resyncUpdate, { args: [{ mode: 7 }] }),
      (error) => error instanceof WorkflowUpdateFailedError && /mode: expected/.test(String(error.cause)),
    )
    const { syncId, ...answer } = await handle.executeUpdate(resyncUpdate, {
      args: [{ mode: 'delta', models: ['users'] }],
    })
    const entry = { id: syncId, mode: 'delta', models: ['users'], since: null, confirmedModels: [] } as const
    assert.deepEqual(answer, { alreadyQueued: false, queue: [entry] })
    assert.deepEqual((await status()).queue, [entry])
    const second = await handle.executeUpdate(resyncUpdate, { args: [{ mode: 'delta', models: ['jobs'] }] })
    assert.deepEqual([second.syncId, second.alreadyQueued], [syncId, true])
    await handle.signal(resumeSignal)
    const { state, run } = await product.nextSync(account)
    assert.deepEqual([state, run], ['SUCCEEDED', syncId])
  })

  test('pause: what is asked for waits, no call is made, and resuming runs it', async () => {
    await handle.signal(pauseSignal)
    assert.equal((await status()).state, 'PAUSED')
    const calls = product.gem.requests.total
    await handle.signal(resyncSignal, { models: ['candidates'] })
    await handle.signal(resyncSignal, { mode: 'delta', models: ['candidates', 'jobs'] })
    const { queue } = await status()
    assert.deepEqual(
      queue.map(({ mode, models }) => ({ mode, models })),
      [
        { mode: 'full', models: ['candidates'] },
        { mode: 'delta', models: ['jobs'] },
      ],
    )
    assert.equal(product.gem.requests.total, calls)
    await handle.signal(resumeSignal)
    await product.nextSync(account)
    await product.nextSync(account)
    const { rows } = await product.pool.query(
      `select mode, models from sync.runs where account = $1 order by started_at desc limit 2`,
      [account],
    )
    assert.deepEqual(rows, [
      { mode: 'delta', models: ['jobs'] },
      { mode: 'full', models: ['candidates'] },
    ])
  })

  test('resume lifts a pause that Gem has asked for, and the sync goes on', async () => {
    const secondsIn2083 = 3_566_000_000
    product.gem.faults.add({ kind: 'throttle', stream: 'candidates', retryAfter: secondsIn2083 })
    await handle.signal(resyncSignal, {})
    const { doing, waitingUntil } = await untilStatus(handle, ({ state }) => state === 'RATE_LIMITED')
    assert.equal(waitingUntil?.slice(0, 4), '2083', 'a time since 1970, and no wait of a hundred years')
    assert.match(doing, /more than a day: goes on at 2083-.* or at once after the signal `resume`$/)

    await handle.signal(pauseSignal)
    await untilStatus(handle, ({ state }) => state === 'PAUSED')
    await handle.signal(resumeSignal)
    assert.equal(
      (await status()).state,
      'RATE_LIMITED',
      'the pause of a person is over, and that of Gem is not',
    )
    await handle.signal(resumeSignal)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.equal(await readBlock(product.db, account), 0)
    assert.deepEqual(await product.differences(account), [])
  })

  test('pause in the middle of a sync takes effect at a page, and resuming goes on from the checkpoint', async () => {
    const small = await product.addAccount(['paging.maxPerPage=10', 'rate.maxInFlight=1'])
    const isPaused = async (): Promise<boolean> => {
      const { rows } = await product.pool.query('select state from sync.accounts where account = $1', [small])
      return rows[0].state === 'PAUSED'
    }
    const paused = Promise.withResolvers<void>()
    product.gem.faults.add({
      kind: 'drift',
      stream: 'candidates',
      page: 3,
      // The third page comes only once the pause has reached PostgreSQL.
      async before() {
        await handle.signal(pauseSignal)
        while (!(await isPaused()));
        paused.resolve()
      },
    })
    handle = await product.start(small)
    await paused.promise
    assert.equal((await status()).state, 'PAUSED')
    await handle.signal(resumeSignal)
    assert.equal((await product.nextSync(small)).state, 'SUCCEEDED')
    assert.deepEqual(await product.differences(small), [])
    const { rows } = await product.pool.query(
      `select pages::int as pages from sync.run_streams s join sync.runs r on r.id = s.run_id
        where r.account = $1 and stream = 'candidates'`,
      [small],
    )
    assert.equal(
      rows[0].pages,
      7,
      '60 candidates by tens, and the page that proves the end: none was read again',
    )
  })
})
