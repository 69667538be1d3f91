import assert from 'node:assert/strict'
import { test } from 'node:test'
import { v5 } from 'uuid'
import { type ExpectedTables, expectedTables, type Source } from '../support/oracle/index.ts'

const account = 'acme'
const settings = {
  jobBoard: 'acme-board',
  integrationFields: [{ model: 'jobs', key: 'code', label: 'Code', path: '$.custom_fields.code' }],
}
const id = (...name: string[]): string =>
  v5(JSON.stringify([account, ...name]), '0b9e5c1e-6d0f-5a57-8f0e-3c5d2a9b7f41')

const job = {
  id: 'j1',
  name: 'Senior Engineer ',
  requisition_id: 'R47',
  confidential: false,
  status: 'open',
  created_at: '2026-01-05T09:00:00.120Z',
  opened_at: '2026-01-07',
  closed_at: null,
  departments: [{ id: 'd1', name: 'Engineering' }],
  offices: [{ id: 'o1', name: 'Berlin', location: { name: 'Berlin, Germany' } }],
  hiring_team: { recruiters: [{ id: 'u1' }], hiring_managers: [{ id: 'u1' }], sourcers: [{ id: 'u9' }] },
  custom_fields: { code: 'X' },
}
const application = {
  id: 'a1',
  candidate_id: 'c1',
  applied_at: '2026-02-01T08:15:00.000Z',
  rejected_at: '2026-02-02',
  source: { id: 's1', public_name: 'LinkedIn' },
  rejection_reason: { id: 'r1', name: 'Too slow', type: { id: 't1', name: 'Dropped out' } },
  jobs: [{ id: 'j1', name: 'x' }],
  status: 'rejected',
  current_stage: { id: 'st2' },
  credited_to: { id: 'u1' },
}
const source: Source = {
  users: [
    { id: 'u1', name: 'Ana Ruiz', primary_email_address: 'bad', emails: ['ana@example.com'] },
    { id: 5 },
  ],
  job_stages: [
    { id: 'st1', name: 'Second', job_id: 'j1', priority: 2 },
    {
      id: 'st2',
      name: 'First',
      job_id: 'j1',
      priority: 1,
      interviews: [{ id: 'd1', job_stage_interview_item_id: 'it1' }],
    },
    { id: 'st3', name: 'Off', job_id: 'j1', priority: 0, active: false },
  ],
  jobs: [job],
  job_posts: [
    {
      id: 'p/1',
      job_id: 'j1',
      live: true,
      active: true,
      first_published_at: '2026-01-01',
      content: '<p>Hi</p>',
    },
    { id: 'p2', job_id: 'j1', live: true, active: true, first_published_at: '2025-01-01', content: 'old' },
  ],
  candidates: [
    {
      id: 'c1',
      first_name: 'Jo',
      email_addresses: [{ value: 'jo@example.com', type: 'personal' }],
      applications: [{ ...application, candidate_id: null }],
    },
    5,
  ],
  applications: [application, { id: 'a2', candidate_id: 'c9', status: 5 }],
  scheduled_interviews: [
    {
      id: 'i1',
      application_id: 'a1',
      interview: { id: 'd1', name: 'Talk' },
      job_stage_interview_item_id: 'it1',
      start: { date: '2026-03-01' },
      interviewers: [{ id: 'u1' }, { id: 'u1' }, { id: 'u9' }],
      deleted_at: '2026-03-02T00:00:00Z',
    },
  ],
}

/** The columns that are the same in every row are checked once, in the first test. */
function own(tables: ExpectedTables, table: Exclude<keyof ExpectedTables, 'rejected'>, key: string) {
  const {
    account: _a,
    id: _i,
    remote_id: _r,
    remote_data: _d,
    remote_deleted_at: _t,
    ...rest
  } = tables[table].get(key) ?? {}
  return rest
}
const expected = expectedTables(source, { account, settings })

test('a main row carries account, UUIDv5, remote id, mark and the record as sent', () => {
  const row = expected.candidates.get('c1')!
  assert.equal(row.account, 'acme')
  assert.equal(row.id, id('candidates', 'c1'))
  assert.equal(row.remote_id, 'c1')
  assert.equal(row.remote_deleted_at, null)
  assert.deepEqual(Object.keys(row.remote_data as object), ['id', 'first_name', 'email_addresses'])
})

test('each table holds the rows that were computed by hand', () => {
  const sizes = Object.entries(expected).map(([name, rows]) => [
    name,
    rows instanceof Map ? rows.size : rows.length,
  ])
  assert.deepEqual(Object.fromEntries(sizes), {
    ...{
      users: 1,
      jobs: 1,
      job_postings: 2,
      candidates: 1,
      application_stages: 3,
      applications: 1,
      interviews: 1,
    },
    ...{ job_application_stages: 2, job_hiring_team_members: 1, interviewing_team_members: 1, rejected: 3 },
  })
  assert.deepEqual(expected.rejected, [
    { stream: 'users', remote_id: null },
    { stream: 'candidates', remote_id: null },
    { stream: 'applications', remote_id: 'a2' },
  ])
})

test('a user', () => {
  const user = { first_name: 'Ana', last_name: 'Ruiz', email: 'ana@example.com', status: 'ACTIVE' }
  assert.deepEqual(own(expected, 'users', 'u1'), user)
})

test('a job takes description and URL from its most recent live posting', () => {
  assert.deepEqual(own(expected, 'jobs', 'j1'), {
    ...{
      name: 'Senior Engineer',
      job_code: 'R47',
      confidential: false,
      status: 'OPEN',
      department: 'Engineering',
    },
    ...{
      description: '<p>Hi</p>',
      post_url: 'https://jobs.gem.com/acme-board/p%2F1',
      remote_work_status: null,
    },
    location: {
      ...{ city: 'Berlin', country: 'DE', raw: 'Berlin, Germany', state: null },
      ...{ street_1: null, street_2: null, zip_code: null },
    },
    custom_fields: {
      offices: job.offices,
      departments: job.departments,
      is_template: null,
      gem: { code: 'X' },
    },
    integration_fields: [{ key: 'code', label: 'Code', value: 'X' }],
    opened_at: new Date('2026-01-07T00:00:00Z'),
    closed_at: null,
    remote_created_at: new Date('2026-01-05T09:00:00.120Z'),
    remote_updated_at: null,
  })
})

test('a posting', () => {
  assert.deepEqual(own(expected, 'job_postings', 'p2'), {
    ...{
      title: null,
      description_html: 'old',
      status: 'ACTIVE',
      visibility: 'PUBLIC',
      job_id: id('jobs', 'j1'),
    },
    ...{ url: 'https://jobs.gem.com/acme-board/p2', remote_created_at: null, remote_updated_at: null },
  })
})

test('a candidate', () => {
  assert.deepEqual(own(expected, 'candidates', 'c1'), {
    ...{
      first_name: 'Jo',
      last_name: null,
      company: null,
      title: null,
      confidential: null,
      source: 'LinkedIn',
    },
    phone_numbers: [],
    email_addresses: [{ email_address: 'jo@example.com', type: 'PRIVATE' }],
    social_media: [],
    custom_fields: { tags: [], educations: [], employments: [], linked_user_ids: [] },
    ...{ integration_fields: [], remote_created_at: null, remote_updated_at: null },
  })
})

test('an application', () => {
  assert.deepEqual(own(expected, 'applications', 'a1'), {
    ...{
      outcome: 'DECLINED',
      rejection_reason_name: 'Too slow',
      rejected_at: new Date('2026-02-02T00:00:00Z'),
    },
    ...{ current_stage_id: id('application_stages', 'st2'), job_id: id('jobs', 'j1') },
    candidate_id: id('candidates', 'c1'),
    custom_fields: {
      ...{
        source: 'LinkedIn',
        source_id: 's1',
        jobs: application.jobs,
        credited_to: 'u1',
        job_post_id: null,
      },
      ...{ rejection_reason_type: 'Dropped out', gem: {} },
    },
    integration_fields: [],
    remote_created_at: new Date('2026-02-01T08:15:00Z'),
    remote_updated_at: null,
  })
})

test('stages and interviews', () => {
  assert.deepEqual(own(expected, 'application_stages', 'st1'), { name: 'Second', global_index: 2 })
  assert.deepEqual(expected.interviews.get('i1')!.remote_deleted_at, new Date('2026-03-02T00:00:00Z'))
  assert.deepEqual(own(expected, 'interviews', 'i1'), {
    ...{ title: 'Talk', starting_at: new Date('2026-03-01T00:00:00Z'), ending_at: null, canceled: true },
    ...{ application_id: id('applications', 'a1'), stage_id: id('application_stages', 'st2') },
    ...{ remote_created_at: null, remote_updated_at: null },
  })
})

test('pairs carry both parents', () => {
  const user_id = id('users', 'u1')
  const common = { account, remote_deleted_at: null }
  assert.deepEqual(
    [...expected.job_application_stages.values()].map((row) => [row.stage_id, row.index]),
    [
      [id('application_stages', 'st2'), 0],
      [id('application_stages', 'st1'), 1],
    ],
  )
  assert.deepEqual(
    [...expected.job_hiring_team_members.values()],
    [
      {
        ...common,
        ...{ id: id('job_hiring_team_members', 'j1', 'u1'), job_id: id('jobs', 'j1'), user_id },
        roles: ['HIRING_MANAGER', 'RECRUITER'],
      },
    ],
  )
  assert.deepEqual(
    [...expected.interviewing_team_members.values()],
    [
      {
        ...common,
        id: id('interviewing_team_members', 'i1', 'u1'),
        interview_id: id('interviews', 'i1'),
        user_id,
      },
    ],
  )
})
