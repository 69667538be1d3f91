import assert from 'node:assert/strict'
import { test } from 'node:test'
import { read, rejected } from './read.ts'

const application = {
  id: 'a1',
  candidate_id: 'c1',
  applied_at: '2026-02-01T08:15:00.000Z',
  rejected_at: '2026-02-04T00:00:00.000Z',
  last_activity_at: '2026-02-03T10:00:00.000Z',
  source: { id: 's1', public_name: ' LinkedIn ' },
  credited_to: 'u1',
  rejection_reason: { id: 'r1', name: 'Too junior', type: { id: 't1', name: 'We rejected' } },
  jobs: [{ id: 'j1', name: 'Senior Engineer ' }],
  job_post_id: 'p1',
  status: 'rejected',
  current_stage: { id: 'st1', name: 'Recruiter Interview' },
  custom_fields: { salary: '100' },
}

test('an application becomes a row', () => {
  assert.deepEqual(read('applications', application), {
    kind: 'mapped',
    remoteId: 'a1',
    deleted: null,
    columns: {
      outcome: 'DECLINED',
      rejection_reason_name: 'Too junior',
      rejected_at: '2026-02-04T00:00:00.000Z',
      custom_fields: {
        source: 'LinkedIn',
        source_id: 's1',
        jobs: [{ id: 'j1', name: 'Senior Engineer ' }],
        credited_to: 'u1',
        job_post_id: 'p1',
        rejection_reason_type: 'We rejected',
        gem: { salary: '100' },
      },
      integration_fields: [],
      remote_created_at: '2026-02-01T08:15:00.000Z',
      remote_updated_at: '2026-02-03T10:00:00.000Z',
    },
    references: { current_stage_id: 'st1', job_id: 'j1', candidate_id: 'c1' },
    facts: null,
    pairs: [],
    remoteData: application,
    isAsSent: true,
    impliedKey: null,
    warnings: 0,
  })
})

test('outcomes follow the status; the reason and its time stand only while it is rejected', () => {
  for (const [status, outcome] of [
    ['active', 'PENDING'],
    ['hired', 'HIRED'],
    [null, null],
  ]) {
    const { columns } = read('applications', { ...application, status })
    assert.equal(columns.outcome, outcome)
    assert.equal(columns.rejection_reason_name, null)
    assert.equal(columns.rejected_at, null)
    const { rejection_reason_type } = columns.custom_fields as Record<string, unknown>
    assert.equal(rejection_reason_type, 'We rejected')
  }
})

test('an unknown status becomes null with a warning', () => {
  const mapped = read('applications', { status: 'dropped_out' })
  assert.equal(mapped.columns.outcome, null)
  assert.equal(mapped.warnings, 1)
})

test('what is absent in the custom fields is null, an empty list or an empty object', () => {
  assert.deepEqual(read('applications', { credited_to: '', jobs: null }).columns.custom_fields, {
    source: null,
    source_id: null,
    jobs: [],
    credited_to: null,
    job_post_id: null,
    rejection_reason_type: null,
    gem: {},
  })
})

test('a prospect has no job and no stage', () => {
  const { references, facts } = read('applications', { jobs: [], current_stage: null })
  assert.deepEqual(references, { current_stage_id: null, job_id: null, candidate_id: null })
  assert.equal(facts, null)
})

test('of several jobs the first stands until the stages decide', () => {
  const mapped = read('applications', {
    jobs: [{ id: 'j2' }, null, { name: 'x' }, { id: 'j1' }, { id: 'j2' }],
  })
  assert.equal(mapped.references.job_id, 'j2')
  assert.deepEqual(mapped.facts, { jobs: ['j2', 'j1'] })
  assert.equal(mapped.warnings, 1)
})

test('one job that is listed twice is the only job', () => {
  const { references, facts } = read('applications', { jobs: [{ id: 'j1' }, { id: 'j1' }] })
  assert.equal(references.job_id, 'j1')
  assert.equal(facts, null)
})

test('who is credited is an id also where Gem sends an object', () => {
  const credited = (credited_to: unknown) =>
    (read('applications', { credited_to }).columns.custom_fields as Record<string, unknown>).credited_to
  assert.equal(credited({ id: 'u1', name: 'Ana' }), 'u1')
  assert.equal(credited({}), null)
  assert.equal(
    rejected('applications', { id: 'a', credited_to: 5 }).reason,
    'credited_to: expected string or object, received number',
  )
  assert.equal(
    rejected('applications', { id: 'a', credited_to: { id: 5 } }).reason,
    'credited_to.id: expected string, received number',
  )
})

test('an embedded copy that names no candidate belongs to its holder', () => {
  const held = (fields: object) => read('applications', fields, { holder: 'c9' })
  assert.equal(held({}).references.candidate_id, 'c9')
  assert.equal(held({}).impliedKey, 'candidate_id')
  assert.deepEqual(held({}).remoteData, { id: 'r1' })
  assert.equal(held({ candidate_id: null }).references.candidate_id, 'c9')
  assert.equal(held({ candidate_id: null }).impliedKey, null)
  assert.equal(held({ candidate_id: 'c1' }).references.candidate_id, 'c1')
})
