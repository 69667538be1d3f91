/** Takes minutes, so it is a script of its own: `npm run test:hostile`. */
import { randomInt } from 'node:crypto'
import { test } from 'node:test'
import pg from 'pg'
import { connect } from '../../src/database/connect.ts'
import { createTestDatabase } from '../support/database.ts'
import { surviveHostileRecords, tally } from '../support/hostile/survive.ts'

const seed = Number(process.env.HOSTILE_SEED ?? randomInt(2 ** 31))
const records = Number(process.env.HOSTILE_RECORDS ?? 100_000)

test(`${records} hostile records stop no page, seed ${seed}`, { timeout: 14 * 60_000 }, async () => {
  console.log(`HOSTILE_SEED=${seed}`)
  await using database = await createTestDatabase()
  const db = connect(database.workerUrl, { max: 2 })
  const reader = new pg.Pool({ connectionString: database.ownerUrl, max: 2 })
  try {
    await surviveHostileRecords({ db, reader }, { seed, records })
    const { rejected, refused } = await tally({ reader })
    console.log(
      `seed ${seed}: ${records} hostile records, no page stopped; ` +
        `${rejected} rejected, ${refused} of them by PostgreSQL; the others are rows, or copies of one`,
    )
  } finally {
    await db.destroy()
    await reader.end()
  }
})
