import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Switches } from '../../src/embedded/simulated-gem/index.ts'
import { differences } from '../support/oracle/differences.ts'
import { expectedTables } from '../support/oracle/index.ts'
import { readTables } from '../support/oracle/read-tables.ts'
import { tableNames } from '../support/oracle/types.ts'
import { everything } from './deltas.ts'
import type { Mirror } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'

const mirrors = await mirrorsOfFile()

describe('unchanged records', () => {
  async function synced(): Promise<Mirror> {
    const mirror = await mirrors.mirror({ candidates: 80 })
    await mirror.sync()
    mirror.clock.forward(60)
    return mirror
  }
  async function assertExact(mirror: Mirror): Promise<void> {
    const { account, pool } = mirror
    const { jobBoard, integrationFields } = mirror.settings
    const settings = { jobBoard, integrationFields: [...integrationFields] }
    const expected = expectedTables(everything(mirror.gem.world), { account, settings })
    assert.deepEqual(differences(expected, await readTables(pool, account)), [])
  }

  test('follow a new job board, in the postings and in their jobs, and its loss', async () => {
    const mirror = await synced()
    for (const jobBoard of ['acme', 'acme-2', null]) {
      mirror.settings = { ...mirror.settings, jobBoard }
      await mirror.sync()
      await assertExact(mirror)
    }
  })

  test('follow new integration fields, changed ones and their loss', async () => {
    const mirror = await synced()
    const field = { model: 'candidates' as const, key: 'tag', label: 'Tag', path: '$.tags[0]' }
    const other = {
      model: 'applications' as const,
      key: 'source',
      label: 'Source',
      path: '$.source.public_name',
    }
    for (const integrationFields of [[field], [{ ...field, label: 'First tag' }, other], []]) {
      mirror.settings = { ...mirror.settings, integrationFields }
      await mirror.sync()
      await assertExact(mirror)
    }
  })

  test('of a model that joins are read whole, even by a delta, and what refers to them follows', async () => {
    const mirror = await mirrors.mirror({ candidates: 80 })
    await mirror.sync({ models: ['users', 'jobs'] })
    mirror.clock.forward(600)
    await mirror.sync({ mode: 'delta' })
    await assertExact(mirror)
  })

  test('are told from the copies that came along before, also by the first page of each slice', async () => {
    const mirror = await mirrors.mirror({ candidates: 80, settings: { maxPerPage: 2 } })
    await mirror.sync()
    const { rows } = await mirror.pool.query(
      `select count(*)::int as applications, count(d.digest)::int as compared
      from ats.applications a left join sync.record_digests d on d.id = a.id where account = $1`,
      [mirror.account],
    )
    // Of a row that is compared column by column, the digest of the list's own record is kept as well.
    assert.ok(rows[0].applications > 50)
    assert.equal(rows[0].compared, 0)
  })

  const ignored: Partial<Switches> = { ignoredFilters: ['updated_after', 'last_activity_after'] }
  const rereadings: readonly (readonly [string, 'full' | 'delta', Partial<Switches>])[] = [
    ['a full sync', 'full', {}],
    ['a delta', 'delta', {}],
    ['a full sync that shows attachments under new URLs', 'full', { attachmentUrls: 'changing' }],
    ['a delta whose filters are ignored', 'delta', ignored],
  ]
  for (const [name, mode, switches] of rereadings) {
    test(`are not written by ${name}`, async () => {
      const mirror = await synced()
      mirror.gem.setSwitches(switches)
      const before = await versionsOf(mirror)
      mirror.gem.requests.reset()
      const run = await mirror.sync({ mode })
      assert.equal(run.state, 'SUCCEEDED')
      assert.deepEqual(await versionsOf(mirror), before)
      if (mode === 'delta')
        assert.ok(mirror.gem.requests.total <= 12, `${mirror.gem.requests.total} requests`)
    })
  }
})

/** Every row's version: PostgreSQL gives a new one to whatever is written, equal or not. */
async function versionsOf({ pool, account }: Mirror): Promise<unknown[]> {
  const versions: unknown[] = []
  for (const table of tableNames) {
    const { rows } = await pool.query(
      `select id, xmin::text, ctid::text, changed_at from ats.${table} where account = $1 order by id`,
      [account],
    )
    assert.ok(rows.length > 0, table)
    versions.push(rows)
  }
  return versions
}
