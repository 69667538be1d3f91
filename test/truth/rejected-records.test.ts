import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { countRejected, totalOf } from '../../src/database/rejected-records.ts'
import type { StreamName } from '../../src/streams.ts'
import type { EndedRun, Mirror, MirrorOptions } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'
import { rowOf, unmarked } from './rows.ts'

const mirrors = await mirrorsOfFile()

describe('a rejected record', () => {
  const synced = (options: MirrorOptions = {}) => mirrors.synced({ candidates: 40, ...options })

  /** Those that are rejected at present; null stands for an id that could not be read. */
  async function rejected({ pool, account }: Mirror, stream: StreamName): Promise<(string | null)[]> {
    const { rows } = await pool.query<{ remote_id: string | null }>(
      `select remote_id from sync.rejected_records
      where account = $1 and stream = $2 and resolved_at is null order by remote_id`,
      [account, stream],
    )
    return rows.map((row) => row.remote_id)
  }

  async function counted({ pool }: Mirror, { runId }: EndedRun, stream: StreamName): Promise<number> {
    const { rows } = await pool.query<{ rejected: number }>(
      'select rejected::int from sync.run_streams where run_id = $1 and stream = $2',
      [runId, stream],
    )
    return rows[0]?.rejected ?? 0
  }

  test('was seen: its row stays as it was, and nobody asks whether it is gone', async () => {
    const mirror = await synced()
    const { world, requests } = mirror.gem
    const [id = ''] = unmarked(world, 'candidates')
    const row = await rowOf(mirror, 'candidates', id)
    world.update('candidates', id, { first_name: 5 })
    requests.reset()
    const run = await mirror.sync()
    assert.equal(run.state, 'SUCCEEDED')
    assert.deepEqual(await rowOf(mirror, 'candidates', id), row)
    assert.deepEqual(await rejected(mirror, 'candidates'), [id])
    assert.equal((await counted(mirror, run, 'candidates')) > 0, true)
    const looks = requests.entries().filter(({ path, query }) => path.endsWith(id) || query.candidate_ids)
    assert.deepEqual(looks, [])
  })

  test('is resolved by the delta that shows it once it was corrected', async () => {
    const mirror = await synced()
    const { world } = mirror.gem
    const [id = ''] = unmarked(world, 'candidates')
    world.update('candidates', id, { first_name: 5 })
    mirror.clock.forward(60)
    await mirror.sync({ mode: 'delta' })
    assert.deepEqual(await rejected(mirror, 'candidates'), [id])
    world.update('candidates', id, { first_name: 'Ana' })
    mirror.clock.forward(60)
    await mirror.sync({ mode: 'delta' })
    assert.deepEqual(await rejected(mirror, 'candidates'), [])
    assert.equal((await rowOf(mirror, 'candidates', id)).first_name, 'Ana')
  })

  test('is tried again by each full sync, though nothing about it has changed', async () => {
    const mirror = await synced()
    const { world } = mirror.gem
    const [id = ''] = unmarked(world, 'candidates')
    world.update('candidates', id, { first_name: 5 })
    await mirror.sync()
    const entry = async () => {
      const { rows } = await mirror.pool.query(
        'select first_seen_at, last_seen_at from sync.rejected_records where account = $1',
        [mirror.account],
      )
      assert.equal(rows.length, 1)
      return rows[0]
    }
    mirror.clock.forward(60)
    await mirror.sync()
    const first = await entry()
    await mirror.sync({ mode: 'delta' })
    assert.deepEqual(await entry(), first, 'the delta has not shown it')
    await mirror.sync()
    const second = await entry()
    assert.deepEqual(second.first_seen_at, first.first_seen_at)
    assert.ok(second.last_seen_at > first.last_seen_at)
  })

  test('that never had a row stays when a full sync does not show it: one reading may miss it', async () => {
    const mirror = await synced()
    const { world } = mirror.gem
    world.put('jobs', { id: 'never-mapped', name: 5 })
    world.put('users', { id: 'another', name: 5 })
    await mirror.sync()
    assert.deepEqual(await rejected(mirror, 'jobs'), ['never-mapped'])
    world.vanish('jobs', 'never-mapped')
    await mirror.sync({ mode: 'delta' })
    assert.deepEqual(await rejected(mirror, 'jobs'), ['never-mapped'])
    await mirror.sync()
    assert.deepEqual(await rejected(mirror, 'jobs'), ['never-mapped'])
    assert.deepEqual(await rejected(mirror, 'users'), ['another'])
  })

  test('that has a row is resolved when that row is proven to be gone', async () => {
    const mirror = await synced()
    const { world } = mirror.gem
    const [id = ''] = unmarked(world, 'users')
    world.update('users', id, { name: 5, first_name: 5 })
    await mirror.sync()
    assert.deepEqual(await rejected(mirror, 'users'), [id])
    world.vanish('users', id)
    await mirror.sync()
    assert.notEqual((await rowOf(mirror, 'users', id)).remote_deleted_at, null)
    assert.deepEqual(await rejected(mirror, 'users'), [])
  })

  test('stays while nothing can prove that its row is gone', async () => {
    const switches = { itemReads: false, totals: false, order: 'unstable' } as const
    const mirror = await synced({ switches, settings: { maxPerPage: 7 } })
    const { world } = mirror.gem
    const [id = ''] = unmarked(world, 'users')
    world.update('users', id, { first_name: 5 })
    await mirror.sync()
    world.vanish('users', id)
    await mirror.sync()
    assert.equal((await rowOf(mirror, 'users', id)).remote_deleted_at, null)
    assert.deepEqual(await rejected(mirror, 'users'), [id])
  })

  test('without a readable id is resolved by the first full sync that does not show it', async () => {
    const mirror = await synced()
    const { faults } = mirror.gem
    faults.add({ kind: 'malformed-record', stream: 'users', element: { name: 'No Id' } })
    faults.add({ kind: 'malformed-record', stream: 'candidates', element: null })
    await mirror.sync()
    assert.deepEqual(await rejected(mirror, 'users'), [null])
    await mirror.sync({ mode: 'delta' })
    assert.deepEqual(await rejected(mirror, 'users'), [null])
    faults.add({ kind: 'malformed-record', stream: 'users', element: { name: 'No Id' } })
    await mirror.sync()
    assert.deepEqual(await rejected(mirror, 'users'), [null], 'it was shown again')
    assert.deepEqual(await rejected(mirror, 'candidates'), [])
    await mirror.sync()
    assert.deepEqual(await rejected(mirror, 'users'), [])
  })

  test('is not resolved by a full sync that may not have seen the whole list', async () => {
    const mirror = await synced()
    const { world, faults } = mirror.gem
    faults.add({ kind: 'malformed-record', stream: 'users', element: { name: 'No Id' } })
    await mirror.sync()
    const users = [...world.objects('users')]
    world.replaceAll('users', [])
    assert.equal((await mirror.sync()).state, 'PARTIALLY_FAILED')
    assert.deepEqual(await rejected(mirror, 'users'), [null])
    world.replaceAll('users', users)
    await mirror.sync()
    assert.deepEqual(await rejected(mirror, 'users'), [])
  })

  test('that is embedded in a candidate counts for the applications, and stays as long as it is shown', async () => {
    const mirror = await synced()
    const { world } = mirror.gem
    const holder = (applications: unknown[]) => ({ id: 'holder', first_name: 'Ana', applications })
    const copy = { id: 'copy', candidate_id: 'holder', status: 5 }
    world.put('candidates', holder([copy, 'no application', { ...copy, id: 'listed' }]))
    world.put('applications', { id: 'listed', candidate_id: 'holder', status: 'active' })
    const run = await mirror.sync()
    assert.equal((await rowOf(mirror, 'candidates', 'holder')).first_name, 'Ana')
    assert.equal((await rowOf(mirror, 'applications', 'listed')).outcome, 'PENDING')
    assert.deepEqual(await rejected(mirror, 'applications'), ['copy', null])
    assert.ok((await counted(mirror, run, 'applications')) >= 3)
    await mirror.sync()
    assert.deepEqual(await rejected(mirror, 'applications'), ['copy', null])
    world.put('candidates', holder([]))
    mirror.gem.faults.add({ kind: '403', stream: 'candidates' })
    assert.equal((await mirror.sync()).state, 'PARTIALLY_FAILED')
    assert.deepEqual(await rejected(mirror, 'applications'), ['copy', null], 'not all candidates were read')
    await mirror.sync()
    assert.deepEqual(await rejected(mirror, 'applications'), ['copy'])
  })

  test('is counted by account and stream while it is rejected', async () => {
    const mirror = await synced()
    const { world } = mirror.gem
    for (const id of ['one', 'two']) world.put('jobs', { id, name: 5 })
    world.put('users', { id: 'three', name: 5 })
    await mirror.sync()
    const { account, db } = mirror
    const counts = await countRejected(db, account)
    assert.deepEqual(counts, [
      { account, stream: 'jobs', count: 2 },
      { account, stream: 'users', count: 1 },
    ])
    const all = await countRejected(db)
    assert.ok(totalOf(all) >= 3)
    assert.deepEqual(
      all.filter((count) => count.account === account),
      counts,
    )
    world.put('jobs', { id: 'two', name: 'Two' })
    await mirror.sync()
    assert.equal(totalOf(await countRejected(db, account)), 2)
  })
})
