import assert from 'node:assert/strict'
import { test } from 'node:test'
import { embeddedApplications } from '../../src/mappers/read-record.ts'
import { column, read, rejected } from './read.ts'

const candidate = {
  id: 'c1',
  first_name: 'Ana',
  last_name: ' Ruiz',
  company: 'Acme',
  title: '',
  email_addresses: [
    { type: 'work', value: 'ana@acme.com', is_primary: false },
    { type: 'personal', value: 'ana@example.com', is_primary: true },
  ],
  phone_numbers: [{ type: 'mobile', value: ' +49 151 ' }],
  social_media_addresses: [{ value: 'https://www.linkedin.com/in/ana' }],
  tags: ['a', null],
  educations: [{ id: 'e1', school_name: 'TU', degree: null }],
  employments: [],
  attachments: [{ filename: 'cv.pdf', url: 'https://files/1' }],
  linked_user_ids: ['u1'],
  is_private: true,
  created_at: '2026-01-01T00:00:00Z',
  updated_at: null,
}

test('a candidate becomes a row', () => {
  assert.deepEqual(read('candidates', { ...candidate, applications: [{ id: 'a1' }] }), {
    kind: 'mapped',
    remoteId: 'c1',
    deleted: null,
    columns: {
      first_name: 'Ana',
      last_name: 'Ruiz',
      company: 'Acme',
      title: null,
      confidential: true,
      phone_numbers: [{ phone_number: '+49 151', type: 'MOBILE' }],
      email_addresses: [
        { email_address: 'ana@example.com', type: 'PRIVATE' },
        { email_address: 'ana@acme.com', type: 'WORK' },
      ],
      social_media: [{ link: 'https://www.linkedin.com/in/ana', type: 'LINKEDIN', username: 'ana' }],
      custom_fields: {
        tags: ['a', null],
        educations: [{ id: 'e1', school_name: 'TU', degree: null }],
        employments: [],
        linked_user_ids: ['u1'],
      },
      integration_fields: [],
      remote_created_at: '2026-01-01T00:00:00.000Z',
      remote_updated_at: null,
    },
    references: {},
    facts: null,
    pairs: [],
    remoteData: candidate,
    isAsSent: true,
    impliedKey: null,
    warnings: 0,
  })
})

test('an anonymised candidate keeps its row with nothing in it', () => {
  const { columns } = read('candidates', { email_addresses: null, phone_numbers: [], tags: null })
  assert.deepEqual(columns, {
    first_name: null,
    last_name: null,
    company: null,
    title: null,
    confidential: null,
    phone_numbers: [],
    email_addresses: [],
    social_media: [],
    custom_fields: { tags: [], educations: [], employments: [], linked_user_ids: [] },
    integration_fields: [],
    remote_created_at: null,
    remote_updated_at: null,
  })
})

test('phone numbers lose empty values and repeats of the same number and type', () => {
  const mapped = read('candidates', {
    phone_numbers: [
      { value: '1', type: 'home' },
      { value: ' ', type: 'work' },
      { type: 'work' },
      null,
      { value: '1 ', type: ' HOME' },
      { value: '1', type: 'work' },
      { value: '1', type: '' },
      { value: '0' },
    ],
  })
  assert.deepEqual(mapped.columns.phone_numbers, [
    { phone_number: '1', type: 'HOME' },
    { phone_number: '1', type: 'WORK' },
    { phone_number: '1', type: null },
    { phone_number: '0', type: null },
  ])
  assert.equal(mapped.warnings, 1)
})

test('e-mail addresses lose invalid ones and repeats, the primary one comes first', () => {
  assert.deepEqual(
    column('candidates', 'email_addresses', {
      email_addresses: [
        { value: 'ANA@x.de', type: 'other' },
        { value: 'no address', type: 'work' },
        { value: null },
        { value: ' b@x.de', type: null, is_primary: null },
        { value: 'ana@X.de', type: 'work', is_primary: true },
        { value: 'B@x.de', type: 'Personal' },
      ],
    }),
    [
      { email_address: 'ana@X.de', type: 'WORK' },
      { email_address: 'b@x.de', type: null },
    ],
  )
})

test('embedded applications never reject their candidate', () => {
  for (const applications of [null, [], [{ id: 5 }, 'x']]) {
    const mapped = read('candidates', { applications })
    assert.deepEqual(mapped.remoteData, { id: 'r1' })
    assert.equal(mapped.warnings, 0)
  }
  assert.equal(read('candidates', { applications: 'x' }).warnings, 1)
  assert.equal(read('candidates', { applications: [null, {}, null] }).warnings, 2)
})

test('embedded applications are handed on one by one', () => {
  assert.deepEqual(embeddedApplications({ applications: [{ id: 'a' }, null, 5] }), [{ id: 'a' }, 5])
  for (const candidate of [{}, { applications: null }, { applications: {} }, null, [], 'x']) {
    assert.deepEqual(embeddedApplications(candidate), [])
  }
})

test('elements of lists in the custom fields have a type too', () => {
  const reason = (fields: object) => rejected('candidates', { id: 'c', ...fields }).reason
  assert.equal(reason({ tags: ['a', 5] }), 'tags[1]: expected string, received number')
  assert.equal(reason({ educations: ['a'] }), 'educations[0]: expected object, received string')
  assert.equal(reason({ linked_user_ids: [{}] }), 'linked_user_ids[0]: expected string, received object')
})
