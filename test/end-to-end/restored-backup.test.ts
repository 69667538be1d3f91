import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { GemObject, StreamName } from '../../src/embedded/simulated-gem/index.ts'
import { type Product, startProduct } from '../support/product.ts'
import { untilStatus } from '../support/until-status.ts'

const changes: Record<StreamName, GemObject> = {
  users: { last_name: 'Changed' },
  job_stages: { name: 'Changed' },
  jobs: { requisition_id: 'Changed' },
  job_posts: { title: 'Changed' },
  candidates: { title: 'Changed' },
  applications: { custom_fields: { changed: true } },
  scheduled_interviews: { interview: { id: 'changed', name: 'Changed' } },
}

describe('an older backup that is restored under a running workflow', () => {
  let product: Product
  before(async () => {
    product = await startProduct({ candidates: 60, seed: 19 })
  })
  after(() => product[Symbol.asyncDispose]())

  /** All rows of both schemas, as they are now. @returns what brings them back. */
  async function backUp(): Promise<() => Promise<void>> {
    const { rows } = await product.pool.query<{ name: string; copy: string }>(`
      select format('%I.%I', schemaname, tablename) as name, format('backup.%I', schemaname || '_' || tablename) as copy
      from pg_tables where schemaname in ('ats', 'sync') and tablename not like 'migration%'`)
    await product.pool.query('drop schema if exists backup cascade; create schema backup')
    for (const { name, copy } of rows) await product.pool.query(`create table ${copy} as table ${name}`)
    const restore = [
      // Where a commit begins: truncating tables that one is at work on could be a deadlock.
      'lock table sync.accounts in access exclusive mode',
      `truncate ${rows.map(({ name }) => name).join(', ')}`,
      // Rows refer to each other: they are there together, or not at all.
      'set local session_replication_role = replica',
      ...rows.map(({ name, copy }) => `insert into ${name} overriding system value table ${copy}`),
    ]
    return async () => void (await product.pool.query(`begin; ${restore.join('; ')}; commit`))
  }

  /** Some of everything changes in Gem; nothing goes. */
  function change(): void {
    const { world } = product.gem
    for (const [stream, fields] of Object.entries(changes) as [StreamName, GemObject][])
      for (const id of [...world.ids(stream)].slice(0, 5)) world.update(stream, id, fields)
  }

  test('is caught up with by the next delta, which begins where the delta before the backup did', async () => {
    const account = await product.addAccount()
    const handle = await product.start(account)
    await product.nextSync(account)
    const restore = await backUp()
    const id = [...product.gem.world.ids('candidates')][3] ?? ''
    product.gem.world.update('candidates', id, { first_name: 'Renamed' })
    await handle.signal('resync', { mode: 'delta' })
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    await restore()
    assert.notDeepEqual(await product.differences(account), [])
    await handle.signal('resync', { mode: 'delta' })
    assert.equal((await product.nextSync(account)).state, 'SUCCEEDED')
    assert.deepEqual(await product.differences(account), [])
  })

  test('drops the sync that is under way, which begins anew and makes the mirror right', async () => {
    const account = await product.addAccount(['paging.maxPerPage=20'])
    const handle = await product.start(account)
    await product.nextSync(account)
    const restore = await backUp()
    change()
    product.gem.faults.add({ kind: 'drift', stream: 'candidates', page: 2, before: restore })
    const dropped = untilStatus(handle, (status) => status.run !== null)
    await handle.signal('resync', { mode: 'full' })
    const { run, state } = await product.nextSync(account)
    assert.equal(state, 'SUCCEEDED')
    assert.notEqual(run, (await dropped).run?.id)
    assert.deepEqual(await product.differences(account), [])
  })
})
