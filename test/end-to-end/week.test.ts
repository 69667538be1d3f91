import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Random } from '../../src/embedded/simulated-gem/generate/random.ts'
import {
  dayOfMessages,
  dayOfSettings,
  dayWithoutWorker,
  lastSync,
  outage,
  pause,
  pauseUntilCut,
  quietDays,
} from '../support/account-life/chapters.ts'
import { AccountLife } from '../support/account-life/index.ts'
import { startProduct } from '../support/product.ts'

const seed = 7

test('a week of an account has the syncs that its schedule and its people ask for, and loses nothing', async (t) => {
  await using product = await startProduct({ candidates: 60, seed }, { timeSkipping: true })
  const life = await AccountLife.begin(product, new Random(seed))
  await quietDays(life, 1)
  await dayOfMessages(life)
  await dayOfSettings(life)
  await outage(life, 2)
  await pause(life, 1)
  await pauseUntilCut(life, { amidSync: true, by: 'resync' })
  await quietDays(life, 1)
  await pauseUntilCut(life, { amidSync: false, by: 'resume' })
  await lastSync(life)
  t.diagnostic(life.summary())
})

test('a worker that was away for a day runs one sync that was due, and what was asked for', async () => {
  await using product = await startProduct(
    { candidates: 60, seed },
    { timeSkipping: true, cachedWorkflows: 0 },
  )
  const life = await AccountLife.begin(product, new Random(seed))
  await dayWithoutWorker(life)
  const { full, delta } = life.expected.begun
  assert.deepEqual([full.schedule, full.asked, delta.schedule], [2, 1, 0])
  await lastSync(life)
})
