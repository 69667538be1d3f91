/**
 * Every statement that the README and docs show runs, as it stands, as the role that the page gives it to. What cannot
 * run is marked in the page, with the reason.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import pg from 'pg'
import { connect, type Db } from '../../src/database/connect.ts'
import { streamNames } from '../../src/streams.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { openMirror } from '../support/mirror.ts'
import { blocksOf, documentedPages } from './code-blocks.ts'
import { smallCompany } from './sql-world.ts'

const blocks = documentedPages().flatMap(({ page, markdown }) =>
  blocksOf('sql', markdown).map((text) => ({ page, text })),
)

let database: TestDatabase
let db: Db
let client: pg.Client
before(async () => {
  database = await createTestDatabase()
  db = connect(database.workerUrl, { max: 2 })
  await mirrored('acme')
  await mirrored('demo')
  client = new pg.Client({ connectionString: database.ownerUrl })
  await client.connect()
  // Roles are the whole server's: nothing of all this is kept.
  await client.query('begin')
})
after(async () => {
  await client.query('rollback')
  await client.end()
  await db.destroy()
  await database.drop()
})

/** An account with rows in every table, and a record that cannot be mapped. */
async function mirrored(account: string): Promise<void> {
  const company = smallCompany(Date.now())
  const mirror = await openMirror(db, account)
  for (const stream of streamNames) await mirror.commit(stream, ...company[stream])
  await mirror.commit('jobs', { id: 'broken', name: 7 })
}

/** Readers get no more than a page says that they get; what changes something says whose it is. */
function roleFor(text: string): string {
  if (text.includes('as the owner')) return 'none'
  return /sync\.(accounts|rejected_records)\b/.test(text) ? 'gem_ats_sync_worker' : 'ats_reader'
}

test('there are statements to run', () => assert.ok(blocks.length > 6, `${blocks.length} blocks`))

for (const { page, text } of blocks) {
  const [title] = text.trim().split('\n')
  test(`${page}: ${title}`, async () => {
    await client.query('savepoint before_block')
    try {
      await client.query(`set local role ${roleFor(text)}`)
      const { command, rowCount } = await client.query(text.replaceAll(':high_water', `'-infinity'`))
      if (command === 'SELECT' || command === 'INSERT') assert.ok(rowCount, 'it finds rows')
      await client.query('set local role none')
    } catch (error) {
      // One that fails must not take the others with it.
      await client.query('rollback to savepoint before_block')
      throw error
    }
  })
}
