import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/embedded/simulated-gem/generate/random.ts'
import { AccountLife } from '../support/account-life/index.ts'
import { startProduct } from '../support/product.ts'

const seed = 7

test('a week of an account has the syncs that its schedule and its people ask for, and loses nothing', async (t) => {
  await using product = await startProduct({ candidates: 60, seed }, { timeSkipping: true })
  const life = await AccountLife.begin(product, new Random(seed))
  await life.quietDays(1)
  await life.dayOfMessages()
  await life.dayOfSettings()
  await life.outage(2)
  await life.pause(1)
  await life.pauseUntilCut({ amidSync: true, by: 'resync' })
  await life.quietDays(1)
  await life.pauseUntilCut({ amidSync: false, by: 'resume' })
  await life.end()
  t.diagnostic(life.summary())
})

test('a worker that was away for a day runs one sync that was due, and what was asked for', async () => {
  await using product = await startProduct(
    { candidates: 60, seed },
    { timeSkipping: true, cachedWorkflows: 0 },
  )
  const life = await AccountLife.begin(product, new Random(seed))
  await life.dayWithoutWorker()
  const { full, delta } = life.expected.begun
  assert.deepEqual([full.schedule, full.asked, delta.schedule], [2, 1, 0])
  await life.end()
})
