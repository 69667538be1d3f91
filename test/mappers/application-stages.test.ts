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
      priority: '2',
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
  assert.deepEqual(mapped.facts, {
    job: null,
    active: true,
    priority: null,
    plan: [{ item: null, interview: 'd1' }],
  })
  assert.equal(mapped.warnings, 1)
})

test('a priority of zero is a priority, an absent one is null', () => {
  assert.equal(read('application_stages', { priority: 0 }).columns.global_index, 0)
  assert.equal(read('application_stages', {}).columns.global_index, null)
})

for (const priority of [
  ...['1.5', '1.0000000000000000000001', '1e-999', '-7.00000000000000000001', '1e400', '-1e400'],
  ...['2147483648', '-2147483649', '12345678901234567890'],
]) {
  test(`the priority ${priority} fits into no integer: it is null with a warning, and orders as it was sent`, () => {
    const mapped = read(
      'application_stages',
      parseExactJson(`{"id": "s", "priority": ${priority}}`) as object,
    )
    assert.equal(mapped.columns.global_index, null)
    assert.equal(mapped.warnings, 1)
    assert.equal((mapped.facts as { priority: string }).priority, priority)
  })
}

for (const priority of ['2147483647', '-2147483648', '7.0', '1e2']) {
  test(`the priority ${priority} is the integer that it is`, () => {
    const mapped = read(
      'application_stages',
      parseExactJson(`{"id": "s", "priority": ${priority}}`) as object,
    )
    assert.equal(mapped.columns.global_index, Number(priority))
    assert.equal(mapped.warnings, 0)
  })
}

test('a priority of another type than a number rejects its record', () => {
  assert.match(
    rejected('application_stages', { id: 's', priority: '1' }).reason,
    /^priority: expected number/,
  )
})
