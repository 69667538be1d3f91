/** Somebody edits the mirror by hand, or a release corrects a rule: no record has changed, and the next full sync heals it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { differences } from '../support/oracle/differences.ts'
import { expectedTables } from '../support/oracle/index.ts'
import { readTables } from '../support/oracle/read-tables.ts'
import { everything } from './deltas.ts'
import type { Mirror } from './mirror.ts'
import { mirrorsOfFile } from './mirrors-of-file.ts'

const mirrors = await mirrorsOfFile()

async function differencesOf({ account, pool, gem, settings }: Mirror): Promise<string[]> {
  const { jobBoard, integrationFields } = settings
  const expected = expectedTables(everything(gem.world), {
    account,
    settings: { jobBoard, integrationFields: [...integrationFields] },
  })
  return differences(expected, await readTables(pool, account))
}

/** The first row of a table, for a reference that points to the wrong one. */
const first = (table: string) => `(select id from ats.${table} where account = $1 order by remote_id limit 1)`
const last = (table: string) =>
  `(select id from ats.${table} where account = $1 order by remote_id desc limit 1)`

const isAlive = 'remote_deleted_at is null'
const ofSeveralJobs = "jsonb_array_length(remote_data -> 'jobs') > 1"

interface Edit {
  readonly table: string
  readonly set: string
  readonly where?: string
}

/** What is edited in all rows of a table. */
const edits: readonly Edit[] = [
  { table: 'applications', set: `job_id = ${first('jobs')}`, where: ofSeveralJobs },
  { table: 'applications', set: 'job_id = null', where: ofSeveralJobs },
  { table: 'applications', set: `job_id = ${last('jobs')}` },
  { table: 'applications', set: 'job_id = null' },
  { table: 'applications', set: `current_stage_id = ${last('application_stages')}` },
  { table: 'applications', set: 'current_stage_id = null' },
  { table: 'applications', set: `candidate_id = ${last('candidates')}` },
  { table: 'applications', set: 'candidate_id = null' },
  { table: 'job_postings', set: `job_id = ${last('jobs')}` },
  { table: 'job_postings', set: 'job_id = null' },
  { table: 'interviews', set: `application_id = ${last('applications')}` },
  { table: 'interviews', set: 'application_id = null' },
  { table: 'job_hiring_team_members', set: "roles = '{SOURCER}'" },
  { table: 'job_hiring_team_members', set: 'remote_deleted_at = now()', where: isAlive },
  { table: 'interviewing_team_members', set: 'remote_deleted_at = now()', where: isAlive },
]

/** Computed columns are written only when something else changes. */
const unhealed: readonly Edit[] = [
  { table: 'candidates', set: "source = 'edited'" },
  { table: 'candidates', set: 'source = null' },
  { table: 'jobs', set: "description = 'edited'" },
  { table: 'jobs', set: 'description = null' },
  { table: 'jobs', set: "post_url = 'https://jobs.example.com/edited'" },
  { table: 'jobs', set: 'post_url = null' },
  { table: 'interviews', set: `stage_id = ${last('application_stages')}` },
  { table: 'interviews', set: 'stage_id = null' },
  { table: 'job_application_stages', set: 'index = index + 1' },
  { table: 'job_application_stages', set: 'index = null' },
  { table: 'job_application_stages', set: 'remote_deleted_at = now()', where: isAlive },
]

describe('a value that was edited by hand is right after the next full sync', () => {
  const notHealed = 'the full sync has not healed it'

  for (const edit of edits) test(nameOf(edit), () => assertHealed(edit))
  for (const edit of unhealed)
    test(nameOf(edit), { expectFailure: new RegExp(notHealed) }, () => assertHealed(edit))

  function nameOf({ table, set, where }: Edit): string {
    return `${table}: ${set}${where ? ` where ${where}` : ''}`
  }

  async function assertHealed({ table, set, where = 'true' }: Edit): Promise<void> {
    const mirror = await mirrors.synced({ candidates: 40, settings: { jobBoard: 'acme' } })
    await mirror.pool.query(`update ats.${table} set ${set} where account = $1 and ${where}`, [
      mirror.account,
    ])
    assert.notEqual((await differencesOf(mirror)).length, 0, 'nothing was edited')
    assert.equal((await mirror.sync()).state, 'SUCCEEDED')
    assert.deepEqual(await differencesOf(mirror), [], notHealed)
  }
})
