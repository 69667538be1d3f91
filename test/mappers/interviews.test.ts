import assert from 'node:assert/strict'
import { test } from 'node:test'
import { column, read } from './read.ts'

const interview = {
  id: 'i1',
  application_id: 'a1',
  created_at: '2026-02-03T10:00:00.000Z',
  updated_at: '2026-02-03T11:00:00.000Z',
  start: { date_time: '2026-02-05T15:00:00+01:00' },
  end: { date_time: '2026-02-05T14:30:00.000Z' },
  location: '',
  status: 'scheduled',
  interview: { id: 'd1', name: 'Phone screen ' },
  organizer: null,
  interviewers: [
    { id: 'u2', response_status: 'declined' },
    { id: 'u1', response_status: 'needs_action', scorecard_id: null },
    { id: 'u2', response_status: 'accepted' },
  ],
  job_stage_interview_item_id: 'it1',
}

test('an interview becomes a row', () => {
  assert.deepEqual(read('interviews', interview), {
    kind: 'mapped',
    remoteId: 'i1',
    deleted: null,
    columns: {
      title: 'Phone screen',
      starting_at: '2026-02-05T14:00:00.000Z',
      ending_at: '2026-02-05T14:30:00.000Z',
      canceled: false,
      remote_created_at: '2026-02-03T10:00:00.000Z',
      remote_updated_at: '2026-02-03T11:00:00.000Z',
    },
    references: { application_id: 'a1' },
    facts: { item: 'it1' },
    pairs: [{ parent: 'u2' }, { parent: 'u1' }],
    remoteData: interview,
    isAsSent: true,
    impliedKey: null,
    warnings: 0,
  })
})

test('an all-day interview starts and ends at midnight UTC', () => {
  const { columns } = read('interviews', {
    start: { date: '2026-02-05' },
    end: { date_time: '', date: '2026-02-06' },
  })
  assert.equal(columns.starting_at, '2026-02-05T00:00:00.000Z')
  assert.equal(columns.ending_at, '2026-02-06T00:00:00.000Z')
})

test('an interview is cancelled if and only if Gem marks it as deleted', () => {
  assert.equal(column('interviews', 'canceled', { deleted_at: '2026-02-05T00:00:00Z' }), true)
  assert.equal(column('interviews', 'canceled', { deleted_at: 'some day' }), true)
  assert.equal(column('interviews', 'canceled', { status: 'complete', deleted_at: null }), false)
})

test('interviewers that are null or without an id are dropped with a warning', () => {
  const mapped = read('interviews', { interviewers: [null, {}, { id: 'u1' }] })
  assert.deepEqual(mapped.pairs, [{ parent: 'u1' }])
  assert.equal(mapped.warnings, 2)
})

test('an interview without anything is a row of nulls', () => {
  assert.deepEqual(read('interviews', {}).columns, {
    title: null,
    starting_at: null,
    ending_at: null,
    canceled: false,
    remote_created_at: null,
    remote_updated_at: null,
  })
})
