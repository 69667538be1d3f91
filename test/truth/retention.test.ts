import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { applyRetention } from '../../src/database/retention/apply-retention.ts'
import { personAsSent, personalWords } from '../support/deleted-person.ts'
import { findInDatabase } from '../support/search-database.ts'
import { type Mirror, type MirrorDatabase, openMirrors } from './mirror.ts'
import { rowOf } from './rows.ts'

const day = 24 * 60

async function synced(mirrors: MirrorDatabase, person: ReturnType<typeof personAsSent>): Promise<Mirror> {
  const mirror = await mirrors.mirror({ candidates: 20 })
  const { world } = mirror.gem
  world.put('candidates', person.candidate)
  world.put('applications', person.application)
  world.put('scheduled_interviews', person.interview)
  assert.equal((await mirror.sync()).state, 'SUCCEEDED')
  mirror.clock.forward(60)
  return mirror
}

/** One database a test: what is searched for is searched for everywhere. */
describe('what Gem or retention empties', () => {
  const apply = ({ db, account, clock }: Mirror) =>
    applyRetention(db, { account, now: clock.now, afterDays: 10, runsAfterDays: 30 })

  const personal = ({ pool }: Mirror, words = personalWords) => findInDatabase(pool, words)

  const countsOf = async ({ pool }: Mirror, runId: string) => {
    const { rows } = await pool.query(
      `select sum(inserted)::int as inserted, sum(updated)::int as updated from sync.run_streams where run_id = $1`,
      [runId],
    )
    return rows[0]
  }

  test('a candidate whom Gem anonymises is emptied with the next reading, and nothing survives anywhere', async () => {
    await using mirrors = await openMirrors()
    const mirror = await synced(mirrors, personAsSent('c'))
    const { world } = mirror.gem
    // A rejected record keeps a copy of its own until it is read well.
    world.update('candidates', 'c', { company: 5 })
    mirror.clock.forward(60)
    await mirror.sync()
    const [of] = await personal(mirror, ['Quillfeather'])
    assert.ok(of?.includes('candidates'))
    assert.equal(
      (await personal(mirror, ['Quillfeather'])).length,
      2,
      'in the row and in the rejected record',
    )
    world.anonymise('c')
    world.update('candidates', 'c', { linked_user_ids: [], a_new_field: null })
    mirror.clock.forward(60)
    const run = await mirror.sync({ mode: 'delta' })
    assert.equal(run.state, 'SUCCEEDED')
    const theirs = personalWords.slice(0, personalWords.indexOf('answers in ink'))
    assert.deepEqual(await personal(mirror, theirs), [])
    const row = await rowOf(mirror, 'candidates', 'c')
    assert.deepEqual([row.first_name, row.last_name, row.company, row.title], [null, null, null, null])
    assert.deepEqual([row.email_addresses, row.phone_numbers, row.social_media], [[], [], []])
    assert.equal(row.remote_deleted_at, null)
  })

  test('a blanked candidate stays blank through deltas and full syncs, which write nothing, until Gem takes the deletion back', async () => {
    await using mirrors = await openMirrors()
    const mirror = await synced(mirrors, personAsSent('d'))
    const { world } = mirror.gem
    const everything = await personal(mirror)
    assert.equal(everything.length, personalWords.length)
    world.delete('candidates', 'd')
    mirror.clock.forward(60)
    await mirror.sync({ mode: 'delta' })
    mirror.clock.forward(9 * day)
    await mirror.sync()
    await apply(mirror)
    assert.deepEqual(await personal(mirror), everything)
    mirror.clock.forward(day)
    assert.ok((await apply(mirror)).blanked >= 3)
    assert.deepEqual(await personal(mirror), [])
    for (const mode of ['full', 'delta', 'full'] as const) {
      // A delta shows them as well: something about them has moved.
      if (mode === 'delta') world.update('candidates', 'd', {})
      mirror.clock.forward(60)
      const { runId, state } = await mirror.sync({ mode })
      assert.equal(state, 'SUCCEEDED')
      assert.deepEqual(await personal(mirror), [])
      const moved = mode === 'delta' ? 1 : 0
      assert.deepEqual(await countsOf(mirror, runId), { inserted: 0, updated: moved })
      assert.equal((await apply(mirror)).blanked, 0)
    }
    world.undelete('candidates', 'd')
    mirror.clock.forward(60)
    await mirror.sync({ mode: 'delta' })
    assert.equal((await rowOf(mirror, 'candidates', 'd')).last_name, 'Quillfeather')
    await mirror.sync()
    assert.deepEqual(await personal(mirror), everything)
    assert.equal((await apply(mirror)).blanked, 0)
  })

  test('a candidate who has vanished from Gem is blanked so many days after that was proven', async () => {
    await using mirrors = await openMirrors()
    const mirror = await synced(mirrors, personAsSent('v'))
    mirror.gem.world.vanish('candidates', 'v')
    await mirror.sync()
    const { remote_deleted_at } = await rowOf(mirror, 'candidates', 'v')
    const proven = remote_deleted_at?.getTime() ?? Number.NaN
    const retention = { account: mirror.account, afterDays: 10, runsAfterDays: 30 }
    const at = (days: number) => new Date(proven + days * 86_400_000)
    await applyRetention(mirror.db, { ...retention, now: at(9.9) })
    assert.notEqual((await rowOf(mirror, 'candidates', 'v')).last_name, null)
    await applyRetention(mirror.db, { ...retention, now: at(10.1) })
    assert.deepEqual(await personal(mirror), [])
    mirror.gem.world.reappear('candidates', 'v')
    await mirror.sync()
    assert.equal((await personal(mirror)).length, personalWords.length)
  })

  test('a candidate whose absence is proven when that is old enough already is blanked by the proof', async () => {
    await using mirrors = await openMirrors()
    const mirror = await synced(mirrors, personAsSent('v'))
    const { account, db, gem } = mirror
    // The workflow's clock is weeks ahead of PostgreSQL's.
    const now = new Date(Date.now() + 42 * 86_400_000)
    await applyRetention(db, { account, now, afterDays: 10, runsAfterDays: 30 })
    gem.world.vanish('candidates', 'v')
    await mirror.sync()
    assert.deepEqual(await personal(mirror), [])
  })
})
