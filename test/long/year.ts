/** Takes a quarter of an hour, so it is a script of its own: `npm run test:year`. */
import { test } from 'node:test'
import { Random } from '../../src/embedded/simulated-gem/generate/random.ts'
import { AccountLife } from '../support/account-life/index.ts'
import { startProduct } from '../support/product.ts'

const seed = 365
const yearDays = 365

type Chapter = (life: AccountLife, random: Random) => Promise<void>

/** Most days are quiet; each of the others comes several times a year. */
const chapters: readonly Chapter[] = [
  ...Array.from({ length: 9 }, (): Chapter => (life, random) => life.quietDays(1 + random.below(10))),
  ...Array.from({ length: 3 }, (): Chapter => (life) => life.dayOfMessages()),
  (life) => life.dayOfSettings(),
  (life) => life.dayOfSettings(),
  (life) => life.outage(2),
  (life, random) => life.pause(1 + random.below(3)),
  (life, random) =>
    life.pauseUntilCut({ amidSync: random.chance(0.5), by: random.pick(['resync', 'resume']) }),
]

test('a year of an account has the syncs that its schedule and its people ask for, and loses nothing', async () => {
  await using product = await startProduct({ candidates: 60, seed }, { timeSkipping: true })
  const random = new Random(seed)
  const life = await AccountLife.begin(product, random)
  for (let month = 1; month <= 12; month++) {
    while (life.days < (yearDays * month) / 12) await random.pick(chapters)(life, random)
    console.log(life.summary())
  }
  await life.end()
  console.log(`The mirror equals its source after ${life.summary()}.`)
})
