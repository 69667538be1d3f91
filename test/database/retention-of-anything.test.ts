import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { applyRetention } from '../../src/database/retention/apply-retention.ts'
import { isJsonObject } from '../../src/json.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { insertBareAccount, syncDirectly } from '../support/direct-sync.ts'
import type { Source } from '../support/oracle/types.ts'
import { strangeAccount } from '../support/strange-account/index.ts'

const { db, owner: pool } = await databaseOfFile()

describe('a strange account of which every candidate was deleted', () => {
  const settings = {
    jobBoard: null,
    integrationFields: [{ model: 'candidates' as const, key: 'tags', label: 'Tags', path: '$.tags[0]' }],
  }
  const now = new Date('2026-06-01T00:00:00Z')
  const apply = (account: string) => applyRetention(db, { account, now, afterDays: 30, runsAfterDays: 30 })

  function allDeleted(seed: number): Source {
    const source = strangeAccount(seed)
    const candidates = source.candidates.map((candidate) =>
      isJsonObject(candidate) ? { ...candidate, deleted_at: '2026-01-01T00:00:00Z' } : candidate,
    )
    return { ...source, candidates }
  }

  async function writes(account: string): Promise<string[]> {
    const { rows } = await pool.query<{ row: string }>(
      `select id || ' ' || xmin as row from ats.candidates where account = $1
      union all select id || ' ' || xmin from ats.applications where account = $1
      union all select id || ' ' || xmin from ats.interviews where account = $1 order by 1`,
      [account],
    )
    return rows.map(({ row }) => row)
  }

  test('is blanked by retention as by the pages that bring it again', async () => {
    const source = allDeleted(1)
    const sync = (account: string) => syncDirectly(db, { account, source, settings, perPage: 500 })
    await sync('swept')
    assert.ok((await apply('swept')).blanked > 100)
    // Copies that a list and its holders show differently are written at each reading: once before looking.
    await sync('swept')
    const settled = await writes('swept')
    const { blanked } = await apply('swept')
    assert.deepEqual([blanked, await writes('swept')], [0, settled])

    await insertBareAccount(db, 'paged')
    await apply('paged')
    await sync('paged')
    assert.equal((await apply('paged')).blanked, 0, 'the pages have left nothing to do')
    const [one, other] = [await contentOf('paged'), await contentOf('swept')]
    assert.deepEqual(
      one.filter((line) => !other.includes(line)),
      [],
    )
    assert.equal(one.length, other.length)
  })

  /** All that rows say, in lines by Gem's ids; ids of ours, and the times at which something was noticed, differ. */
  async function contentOf(account: string): Promise<string[]> {
    const lines = ['candidates', 'applications', 'interviews'].map(
      (table) => `
        select '${table}' || ' ' || (to_jsonb(t) - '{account,id,changed_at,remote_deleted_at,candidate_id,current_stage_id,job_id,application_id,stage_id}'::text[])::text as line
        from ats.${table} t where account = $1`,
    )
    const { rows } = await pool.query<{ line: string }>(`${lines.join(' union all ')} order by 1`, [account])
    return rows.map(({ line }) => line)
  }
})
