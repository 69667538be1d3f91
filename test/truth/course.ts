import assert from 'node:assert/strict'
import { deleteAccount } from '../../src/accounts/delete-account.ts'
import { applyRetention } from '../../src/database/retention/apply-retention.ts'
import { Random } from '../../src/embedded/simulated-gem/generate/random.ts'
import type { TestDatabase } from '../support/database.ts'
import { personAsSent, personalWords } from '../support/deleted-person.ts'
import { differences } from '../support/oracle/differences.ts'
import { Life } from '../support/oracle/life.ts'
import { readTables } from '../support/oracle/read-tables.ts'
import { findInDatabase } from '../support/search-database.ts'
import { changedSince, everything } from './deltas.ts'
import { type Mirror, openMirrors } from './mirror.ts'
import { changeSomething } from './random-life.ts'

const settings = { jobBoard: 'acme', integrationFields: [] }
const overlap = 10 * 60_000
const day = 24 * 60

/**
 * A first sync, a delta, a full sync, each compared with the oracle; retention, which the next syncs must not undo; and
 * the removal of the account, the only one of the database.
 */
export async function takeItsCourse(
  database: TestDatabase,
  beforeRemoval: () => Promise<void> = async () => {},
): Promise<void> {
  await using mirrors = await openMirrors({ database })
  const mirror = await mirrors.mirror({ candidates: 60, settings: { ...settings, maxPerPage: 25 } })
  const { world } = mirror.gem
  // Rejected, and known by its content alone.
  world.put('users', { first_name: 'Nobody' })
  const person = personAsSent('c')
  world.put('candidates', person.candidate)
  world.put('applications', person.application)
  world.put('scheduled_interviews', person.interview)
  await compareSyncs(mirror)
  await compareRetention(mirror)
  await beforeRemoval()
  await compareRemoval(mirror)
}

async function compareSyncs(mirror: Mirror): Promise<void> {
  const { gem, clock, account, pool } = mirror
  const random = new Random(1)
  const life = new Life({ account, settings })
  let watermark = 0
  for (const mode of ['full', 'delta', 'full'] as const) {
    const lists = mode === 'full' ? everything(gem.world) : changedSince(gem.world, new Date(watermark))
    const run = await mirror.sync({ mode })
    assert.deepEqual([run.state, run.error], ['SUCCEEDED', null], mode)
    const expected = life.read({ lists, isFull: mode === 'full', during: run.during })
    assert.deepEqual(differences(expected, await readTables(pool, account)), [], mode)
    watermark = run.gemStart.getTime() - overlap
    for (let change = 0; change < 40; change++) changeSomething(gem.world, random)
    clock.forward(45)
  }
}

async function compareRetention(mirror: Mirror): Promise<void> {
  const { gem, clock, account, db, pool } = mirror
  gem.world.delete('candidates', 'c')
  clock.forward(60)
  await mirror.sync()
  const personal = () => findInDatabase(pool, personalWords)
  assert.equal((await personal()).length, personalWords.length, 'each word is there at first')
  clock.forward(11 * day)
  const retention = { account, now: clock.now, afterDays: 10, runsAfterDays: 30 }
  assert.ok((await applyRetention(db, retention)).blanked >= 3)
  assert.deepEqual(await personal(), [])
  for (const mode of ['delta', 'full'] as const) {
    gem.world.update('candidates', 'c', {})
    clock.forward(60)
    assert.equal((await mirror.sync({ mode })).state, 'SUCCEEDED')
    assert.deepEqual(await personal(), [], `after a ${mode}`)
  }
}

async function compareRemoval({ account, db, pool }: Mirror): Promise<void> {
  await deleteAccount(db, account)
  assert.deepEqual(await findInDatabase(pool, [account]), [])
  assert.deepEqual((await pool.query('select from sync.record_digests')).rows, [])
}
