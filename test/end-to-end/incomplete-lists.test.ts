import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { startProduct } from '../support/product.ts'
import { untilStatus } from '../support/until-status.ts'

describe('a list that comes short of the total that Gem announces', () => {
  test('fails and says so; from the fourth sync on it succeeds with a warning, until a full sync agrees', async () => {
    await using product = await startProduct({ candidates: 60, seed: 21 }, { timeSkipping: true })
    const account = await product.addAccount(['schedule.deltaEvery=7d', 'schedule.fullEvery=7d'])
    const wrong = product.gem.faults.add({
      ...{ kind: 'wrong-total', rows: 5, stream: 'candidates', target: 'list', times: 'always' },
    })
    const handle = await product.start(account)
    const syncAgain = async (mode: 'delta' | 'full') => {
      await product.skip('1 hour')
      await handle.signal('resync', { mode })
      return await product.nextSync(account)
    }
    // PostgreSQL tells that a sync has ended before the workflow hears of it.
    const shown = async (run: string) => {
      const status = await untilStatus(handle, ({ lastSync }) => lastSync?.run === run)
      const line = status.streams.find(({ stream }) => stream === 'candidates')
      assert.ok(line)
      return { lastSync: status.lastSync, line }
    }
    // As long as no sync was whole, a delta reads the whole list.
    const words = 'Gem announced 65 records and returned 60'
    for (const sync of [() => product.nextSync(account), () => syncAgain('delta'), () => syncAgain('full')]) {
      const { run, state } = await sync()
      assert.equal(state, 'PARTIALLY_FAILED')
      const { lastSync, line } = await shown(run)
      assert.equal(lastSync?.error, `candidates: ${words}`)
      assert.deepEqual([line.state, line.error, line.warning], ['FAILED', words, null])
    }

    const { run, state } = await syncAgain('delta')
    assert.equal(state, 'SUCCEEDED')
    const { lastSync, line } = await shown(run)
    assert.deepEqual([lastSync?.error, line.state, line.error], [null, 'SUCCEEDED', null])
    const { warning } = line
    assert.ok(warning?.startsWith(`${words} in 3 syncs or more`), warning ?? 'no warning')
    const { rows } = await product.pool.query(
      `select warnings::int, warning from sync.run_streams where run_id = $1 and stream = 'candidates'`,
      [run],
    )
    assert.deepEqual(rows, [{ warnings: 1, warning }])
    assert.deepEqual(await product.differences(account), [])

    wrong.remove()
    for (const [mode, warned] of [
      ['delta', warning],
      ['full', null],
    ] as const) {
      const { run: next, state: ended } = await syncAgain(mode)
      assert.equal(ended, 'SUCCEEDED')
      assert.equal((await shown(next)).line.warning, warned)
    }
  })
})
