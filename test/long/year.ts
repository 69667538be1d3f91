/** Takes half an hour, so it is a script of its own: `npm run test:year`. */
import { test } from 'node:test'
import { Random } from '../../src/embedded/simulated-gem/generate/random.ts'
import {
  dayOfMessages,
  dayOfSettings,
  lastSync,
  outage,
  pause,
  pauseUntilCut,
  quietDays,
} from '../support/account-life/chapters.ts'
import { AccountLife } from '../support/account-life/index.ts'
import { startProduct } from '../support/product.ts'

const seed = 365
const yearDays = 365

type Chapter = (life: AccountLife) => Promise<void>

const someQuietDays: Chapter = (life) => quietDays(life, 1 + life.random.below(10))

/** Most days are quiet; each of the others comes several times a year. */
const chapters: readonly Chapter[] = [
  ...Array.from({ length: 9 }, () => someQuietDays),
  dayOfMessages,
  dayOfMessages,
  dayOfMessages,
  dayOfSettings,
  dayOfSettings,
  (life) => outage(life, 2),
  (life) => pause(life, 1 + life.random.below(3)),
  (life) =>
    pauseUntilCut(life, { amidSync: life.random.chance(0.5), by: life.random.pick(['resync', 'resume']) }),
]

test('a year of an account has the syncs that its schedule and its people ask for, and loses nothing', async () => {
  await using product = await startProduct({ candidates: 60, seed }, { timeSkipping: true })
  const random = new Random(seed)
  const life = await AccountLife.begin(product, random)
  for (let month = 1; month <= 12; month++) {
    while (life.days < (yearDays * month) / 12) await random.pick(chapters)(life)
    console.log(life.summary())
  }
  await lastSync(life)
  console.log(`The mirror equals its source after ${life.summary()}.`)
})
