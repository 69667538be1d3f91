import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { defaultPayloadConverter } from '@temporalio/common'
import type { SliceInput } from '../../src/activities/slice.types.ts'
import { streamNames } from '../../src/streams.ts'
import { statusQuery } from '../../src/workflows/messages.ts'
import { accountAttribute } from '../../src/workflows/search-attributes.ts'
import { type Product, startProduct } from '../support/product.ts'
import { strangeAccount } from '../support/strange-account/index.ts'

describe('a first sync', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 300, seed: 11 })
  })
  after(async () => {
    await product[Symbol.asyncDispose]()
  })

  test('mirrors every table as Gem holds it, and stays open for the next one', async () => {
    const account = await product.addAccount(['jobBoard=acme', 'paging.maxPerPage=50'])
    const handle = await product.start(account)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual(await product.differences(account), [])
    const status = await handle.query(statusQuery)
    assert.equal(status.account, account)
    assert.equal(status.lastSync?.state ?? 'SUCCEEDED', 'SUCCEEDED')
    const { status: execution, typedSearchAttributes } = await handle.describe()
    assert.equal(execution.name, 'RUNNING')
    assert.equal(typedSearchAttributes.get(accountAttribute), account)
    const { events } = await handle.fetchHistory()
    const slices = (events ?? [])
      .map((event) => event.activityTaskScheduledEventAttributes)
      .filter((scheduled) => scheduled?.activityType?.name === 'syncSlice')
    assert.deepEqual(new Set(slices.map((slice) => slice?.priority?.fairnessKey)), new Set([account]))
  })

  test('is followed by a full resync on the signal, which writes no row that has not changed', async () => {
    const account = await product.addAccount()
    const handle = await product.start(account)
    await product.nextSync(account)
    const rows = async () =>
      (
        await product.pool.query(
          `select id, xmin::text, changed_at from ats.candidates where account = $1 order by id`,
          [account],
        )
      ).rows
    const first = await rows()
    await handle.signal('resync', { mode: 'full' })
    const second = await product.nextSync(account)
    assert.deepEqual([second.state, second.changed], ['SUCCEEDED', []])
    assert.deepEqual(await rows(), first)
  })

  test('mirrors a strange account over HTTP', async () => {
    const { world } = product.gem
    // It holds records twice, which a total counts: by one, its lists would come short.
    product.gem.setSwitches({ totals: false })
    const source = strangeAccount(5)
    for (const stream of streamNames) world.replaceAll(stream, [...source[stream]])
    const account = await product.addAccount()
    await product.start(account)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual(await product.differences(account, source), [])
    product.gem.setSwitches({ totals: true })
  })

  test('asks for one page where a list begins and where a call was refused, for several at once where it goes on', async () => {
    const { gem } = product
    const users = Array.from({ length: 800 }, (_, number) => ({ id: `u${number}`, first_name: 'Ana' }))
    gem.world.replaceAll('users', users)
    gem.faults.add({ kind: 'throttle', stream: 'users', page: 30, retryAfter: 1 })
    const account = await product.addAccount(['models=users', 'paging.maxPerPage=10'])
    const handle = await product.start(account)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    const { events } = await handle.fetchHistory()
    const slices = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled }) =>
      scheduled?.activityType?.name === 'syncSlice'
        ? [defaultPayloadConverter.fromPayload<SliceInput>(scheduled.input?.payloads?.[0] ?? {})]
        : [],
    )
    const ofUsers = slices.filter(({ stream }) => stream === 'users')
    assert.deepEqual(
      ofUsers.slice(0, 4).map(({ goesOn }) => goesOn),
      [false, true, false, true],
    )
  })
})
