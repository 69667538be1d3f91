import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Random } from '../../src/embedded/simulated-gem/generate/random.ts'
import { differences } from '../support/oracle/differences.ts'
import { Life } from '../support/oracle/life.ts'
import { type Moment, readChangeTimes, restlessPairs, wronglyMoved } from '../support/oracle/moved-rows.ts'
import { readTables } from '../support/oracle/read-tables.ts'
import { type Product, startProduct } from '../support/product.ts'
import { changedSince, everything } from './deltas.ts'
import { changeSomething } from './random-life.ts'

const modes = [
  'delta',
  'delta',
  'delta',
  'delta',
  'full',
  'delta',
  'delta',
  'delta',
  'delta',
  'full',
] as const
const seed = 21
/** All changes fall into the overlap of ten minutes, what Gem held before them does not. */
const recently = new Date(Date.now() - 5 * 60_000)

describe('a life on the whole product', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 150, seed })
  })
  after(async () => {
    await product[Symbol.asyncDispose]()
  })

  test('is mirrored exactly after every delta and full sync, whatever Gem answers meanwhile', async () => {
    const { gem, pool } = product
    const account = await product.addAccount(['jobBoard=acme', 'paging.maxPerPage=60'])
    const random = new Random(seed)
    const life = new Life({ account, settings: { jobBoard: 'acme', integrationFields: [] } })
    const momentOf = async (): Promise<Moment> => ({
      tables: await readTables(pool, account),
      changes: await readChangeTimes(pool, account),
    })
    let from = new Date()
    const workflow = await product.start(account)
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    life.read({ lists: everything(gem.world), isFull: true, during: { from, to: new Date() } })
    let moment = await momentOf()

    for (const [round, mode] of modes.entries()) {
      const changes = Array.from({ length: 40 }, () => changeSomething(gem.world, random))
      const isFull = mode === 'full'
      const lists = isFull ? everything(gem.world) : changedSince(gem.world, recently)
      gem.faults.random({
        ...{ seed: seed + round, probability: 0.04, details: { retryAfter: 1 } },
        kinds: ['500', '503', 'reset', 'truncated-json', 'throttle'],
      })
      from = new Date()
      await workflow.signal('resync', { mode })
      const sync = await product.nextSync(account)
      gem.faults.clear()
      const place = `seed ${seed}, round ${round} (${mode}): ${changes.join(', ')}`
      assert.equal(sync.state, 'SUCCEEDED', place)
      const next = await momentOf()
      const expected = life.read({ lists, isFull, during: { from, to: new Date() } })
      assert.deepEqual(differences(expected, next.tables), [], place)
      assert.deepEqual([...wronglyMoved(moment, next), ...restlessPairs(moment, next)], [], place)
      moment = next
    }
  })
})
