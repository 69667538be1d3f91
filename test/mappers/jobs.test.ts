import assert from 'node:assert/strict'
import { test } from 'node:test'
import { column, read } from './read.ts'

const job = {
  id: 'am9iOtWWIryHC4MCePdOyVZu2qU',
  name: 'Senior Engineer ',
  requisition_id: 'R47',
  confidential: false,
  status: 'open',
  created_at: '2026-01-05T09:00:00.120Z',
  opened_at: '2026-01-07T09:00:00.000Z',
  closed_at: null,
  updated_at: '2026-03-10T21:11:50.768Z',
  is_template: false,
  departments: [{ id: '4022145002', name: 'Engineering', parent_id: null, child_ids: [] }],
  offices: [{ id: '4010840002', name: 'Berlin', location: { name: 'Berlin, Germany' }, parent_id: null }],
  hiring_team: { recruiters: [{ id: 'u1', name: 'Ana Ruiz', employee_id: null }] },
  custom_fields: { budget: null, level: 3 },
}

test('a job becomes a row', () => {
  assert.deepEqual(read('jobs', job), {
    kind: 'mapped',
    remoteId: 'am9iOtWWIryHC4MCePdOyVZu2qU',
    deleted: null,
    columns: {
      name: 'Senior Engineer',
      job_code: 'R47',
      confidential: false,
      status: 'OPEN',
      department: 'Engineering',
      location: {
        city: 'Berlin',
        country: 'DE',
        raw: 'Berlin, Germany',
        state: null,
        street_1: null,
        street_2: null,
        zip_code: null,
      },
      remote_work_status: null,
      custom_fields: {
        offices: job.offices,
        departments: job.departments,
        is_template: false,
        gem: { budget: null, level: 3 },
      },
      integration_fields: [],
      opened_at: '2026-01-07T09:00:00.000Z',
      closed_at: null,
      remote_created_at: '2026-01-05T09:00:00.120Z',
      remote_updated_at: '2026-03-10T21:11:50.768Z',
    },
    references: {},
    facts: null,
    pairs: [{ parent: 'u1', roles: ['RECRUITER'] }],
    remoteData: job,
    isAsSent: true,
    impliedKey: null,
    warnings: 0,
  })
})

test("Gem's statuses become the model's", () => {
  const status = (fields: object) => column('jobs', 'status', fields)
  assert.equal(status({ status: 'open' }), 'OPEN')
  assert.equal(status({ status: 'closed' }), 'CLOSED')
  for (const draft of ['draft', 'pending_approval', 'approved'])
    assert.equal(status({ status: draft }), 'DRAFT')
  assert.equal(status({}), null)
})

test('an unknown status becomes null with a warning', () => {
  for (const status of ['paused', 'Open', 'constructor']) {
    const mapped = read('jobs', { status })
    assert.equal(mapped.columns.status, null)
    assert.equal(mapped.warnings, 1)
  }
})

test('a template is a draft whatever its status', () => {
  for (const status of ['open', 'closed', 'paused', null]) {
    assert.equal(column('jobs', 'status', { status, is_template: true }), 'DRAFT')
  }
})

test('deletion shows in the mark alone', () => {
  const mapped = read('jobs', { status: 'open', deleted_at: '2026-01-01T00:00:00Z' })
  assert.deepEqual(mapped.deleted, { at: '2026-01-01T00:00:00.000Z' })
  assert.equal(mapped.columns.status, 'OPEN')
})

test('an unreadable time of deletion still means deleted, with a warning', () => {
  const mapped = read('jobs', { deleted_at: 'yesterday' })
  assert.deepEqual(mapped.deleted, { at: null })
  assert.equal(mapped.warnings, 1)
})

test('the first department and the first office count, even a deleted one', () => {
  const { columns } = read('jobs', {
    departments: [{ name: ' Sales ', deleted_at: '2026-01-01' }, { name: 'Legal' }],
    offices: [{ name: 'Paris, France', deleted_at: '2026-01-01' }, { name: 'Rome, Italy' }],
  })
  assert.equal(columns.department, 'Sales')
  assert.equal((columns.location as { city: string }).city, 'Paris')
})

test('null elements before the first office are dropped with a warning but stay in the custom fields', () => {
  const mapped = read('jobs', { offices: [null, { name: 'Rome, Italy' }], departments: [null] })
  assert.equal((mapped.columns.location as { city: string }).city, 'Rome')
  assert.equal(mapped.columns.department, null)
  assert.deepEqual(mapped.columns.custom_fields, {
    offices: [null, { name: 'Rome, Italy' }],
    departments: [null],
    is_template: null,
    gem: {},
  })
  assert.equal(mapped.warnings, 2)
})

test('what is absent is null, an empty list or an empty object by its kind', () => {
  const { columns } = read('jobs', {})
  assert.equal(columns.location, null)
  assert.deepEqual(columns.custom_fields, { offices: [], departments: [], is_template: null, gem: {} })
})

test('the remote work status comes from the location type', () => {
  const status = (location_type: string | null) => column('jobs', 'remote_work_status', { location_type })
  assert.equal(status('in_office'), 'ON_SITE')
  assert.equal(status('hybrid'), 'HYBRID')
  assert.equal(status('remote'), 'REMOTE')
  assert.equal(status(null), null)
  assert.equal(status('moon'), null)
})

test('a user has one pair with the union of the roles in a fixed order', () => {
  const { pairs } = read('jobs', {
    hiring_team: {
      sourcers: [{ id: 'b' }, { id: 'a' }],
      coordinators: null,
      recruiters: [{ id: 'a' }, { id: 'a' }],
      hiring_managers: [{ id: 'a' }, { id: 'c' }],
    },
  })
  assert.deepEqual(pairs, [
    { parent: 'a', roles: ['HIRING_MANAGER', 'RECRUITER', 'SOURCER'] },
    { parent: 'c', roles: ['HIRING_MANAGER'] },
    { parent: 'b', roles: ['SOURCER'] },
  ])
})

test('members that are null or without an id are dropped with a warning', () => {
  const mapped = read('jobs', { hiring_team: { recruiters: [null, { name: 'x' }, { id: '' }, { id: 'a' }] } })
  assert.deepEqual(mapped.pairs, [{ parent: 'a', roles: ['RECRUITER'] }])
  assert.equal(mapped.warnings, 3)
})
