import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseExactJson } from '../../src/gem/exact-json.ts'
import { read, rejected } from './read.ts'

const stage = {
  id: 'st1',
  name: ' Recruiter Interview ',
  job_id: 'j1',
  priority: 2,
  active: true,
  interviews: [
    {
      id: 'd1',
      name: 'Phone screen',
      job_stage_interview_item_id: 'it1',
      deleted_at: '2026-01-01T00:00:00Z',
    },
    { id: 'd2', name: 'Chat' },
  ],
}

test('a stage becomes a row', () => {
  assert.deepEqual(read('application_stages', stage), {
    kind: 'mapped',
    remoteId: 'st1',
    deleted: null,
    columns: { name: 'Recruiter Interview', global_index: 2 },
    references: {},
    facts: {
      job: 'j1',
      active: true,
      plan: [
        { item: 'it1', interview: 'd1' },
        { item: null, interview: 'd2' },
      ],
    },
    pairs: [],
    remoteData: stage,
    isAsSent: true,
    impliedKey: null,
    warnings: 0,
  })
})

test('an absent flag counts as active, and deletion does not move the flag', () => {
  const active = (fields: object) => (read('application_stages', fields).facts as { active: boolean }).active
  assert.equal(active({}), true)
  assert.equal(active({ active: null }), true)
  assert.equal(active({ active: false }), false)
  assert.equal(active({ deleted_at: '2026-01-01T00:00:00Z' }), true)
})

test('planned interviews without any id are left out', () => {
  const mapped = read('application_stages', { interviews: [null, {}, { id: '' }, { id: 'd1' }] })
  assert.deepEqual(mapped.facts, { job: null, active: true, plan: [{ item: null, interview: 'd1' }] })
  assert.equal(mapped.warnings, 1)
})

test('a priority of zero is a priority, an absent one is null', () => {
  assert.equal(read('application_stages', { priority: 0 }).columns.global_index, 0)
  assert.equal(read('application_stages', {}).columns.global_index, null)
})

test('a fraction is no priority, however small', () => {
  for (const priority of ['1.5', '1.0000000000000000000001', '1e-999', '-7.00000000000000000001']) {
    assert.equal(
      rejected('application_stages', parseExactJson(`{"id": "s", "priority": ${priority}}`)).reason,
      'priority: expected integer, received number',
    )
  }
})
