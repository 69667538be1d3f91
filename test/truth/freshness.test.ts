import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { StreamName } from '../../src/streams.ts'
import type { EndedRun, Mirror } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'
import { isWithin, unmarked } from './rows.ts'

const mirrors = await mirrorsOfFile()

describe('how fresh a list is', () => {
  async function synced(): Promise<{ mirror: Mirror; first: EndedRun }> {
    const mirror = await mirrors.mirror({ candidates: 60 })
    const first = await mirror.sync()
    mirror.clock.forward(60)
    return { mirror, first }
  }

  async function freshAt({ pool, account }: Mirror, stream: StreamName): Promise<Date | null> {
    const { rows } = await pool.query<{ fresh_at: Date | null }>(
      'select fresh_at from sync.checkpoints where account = $1 and stream = $2',
      [account, stream],
    )
    return rows[0]?.fresh_at ?? null
  }

  test('is told from where its last good reading began, a delta as well as a full one', async () => {
    const { mirror, first } = await synced()
    const begun = await freshAt(mirror, 'candidates')
    assert.ok(isWithin(begun, first))
    const { rows } = await mirror.pool.query(
      `select started_at, finished_at from sync.run_streams where run_id = $1 and stream = 'candidates'`,
      [first.runId],
    )
    assert.deepEqual([begun, begun! < rows[0].finished_at], [rows[0].started_at, true])
    const delta = await mirror.sync({ mode: 'delta' })
    assert.ok(isWithin(await freshAt(mirror, 'candidates'), delta))
    assert.ok(isWithin(await freshAt(mirror, 'users'), delta))
  })

  test('does not move for a list that fails', async () => {
    const { mirror, first } = await synced()
    mirror.gem.faults.add({ kind: '404', stream: 'candidates', times: 'always' })
    const second = await mirror.sync({ mode: 'delta' })
    assert.equal(second.state, 'PARTIALLY_FAILED')
    assert.ok(isWithin(await freshAt(mirror, 'candidates'), first))
    assert.ok(isWithin(await freshAt(mirror, 'jobs'), second))
  })

  test('does not move for a window that a person chose, nor for a reading that the guard stopped', async () => {
    const { mirror, first } = await synced()
    await mirror.sync({ mode: 'delta', since: mirror.clock.now.toISOString() })
    assert.ok(isWithin(await freshAt(mirror, 'candidates'), first))
    for (const id of unmarked(mirror.gem.world, 'candidates').slice(0, 30))
      mirror.gem.world.vanish('candidates', id)
    assert.equal((await mirror.sync()).state, 'PARTIALLY_FAILED')
    assert.ok(isWithin(await freshAt(mirror, 'candidates'), first))
  })
})
