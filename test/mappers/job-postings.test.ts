import assert from 'node:assert/strict'
import { test } from 'node:test'
import { column, read } from './read.ts'

const posting = {
  id: 'am9icG9zdDqTzmNGwXTdU65YRLOAU6ZL',
  title: ' Senior Engineer (m/f/d)',
  job_id: 'j1',
  active: true,
  live: true,
  first_published_at: '2026-01-08T09:00:00Z',
  content: '<p>Hello</p>',
  created_at: '2026-01-05T09:00:00.120Z',
  updated_at: '2026-03-10T21:11:50.768Z',
  external: true,
  internal: false,
  listed: true,
  internal_content: '<p>Hello, colleague</p>',
}

test('a posting becomes a row', () => {
  assert.deepEqual(read('job_postings', posting, { jobBoard: 'acme' }), {
    kind: 'mapped',
    remoteId: 'am9icG9zdDqTzmNGwXTdU65YRLOAU6ZL',
    deleted: null,
    columns: {
      title: 'Senior Engineer (m/f/d)',
      description_html: '<p>Hello</p>',
      status: 'ACTIVE',
      visibility: 'PUBLIC',
      url: 'https://jobs.gem.com/acme/am9icG9zdDqTzmNGwXTdU65YRLOAU6ZL',
      remote_created_at: '2026-01-05T09:00:00.120Z',
      remote_updated_at: '2026-03-10T21:11:50.768Z',
    },
    references: { job_id: 'j1' },
    facts: { job: 'j1', first_published_at: '2026-01-08T09:00:00.000Z' },
    pairs: [],
    remoteData: posting,
    isAsSent: true,
    impliedKey: null,
    warnings: 0,
  })
})

test('the description is the public one, else the internal one', () => {
  const html = (fields: object) => column('job_postings', 'description_html', fields)
  assert.equal(html({ content: ' ', internal_content: '<p>b</p>' }), '<p>b</p>')
  assert.equal(html({ internal_content: '<p>b</p>', external: true }), '<p>b</p>')
  assert.equal(html({}), null)
})

test('the status tells live, unpublished and ended postings apart', () => {
  const status = (fields: object) => column('job_postings', 'status', fields)
  const published = { first_published_at: '2026-01-08T09:00:00Z' }
  assert.equal(status({ ...published, live: true }), 'ACTIVE')
  assert.equal(status({ live: true, active: null }), 'ACTIVE')
  assert.equal(status({ ...published, live: true, active: false }), 'INACTIVE')
  assert.equal(status({ ...published, live: true, deleted_at: '2026-02-01T00:00:00Z' }), 'INACTIVE')
  assert.equal(status({ active: false }), 'INACTIVE')
  assert.equal(status({ live: false }), 'DRAFT')
  assert.equal(status({ first_published_at: '' }), 'DRAFT')
  assert.equal(status({ ...published, live: false }), 'INACTIVE')
  assert.equal(status({ first_published_at: 'once' }), 'INACTIVE')
})

const visibilities: [fields: object, expected: string | null][] = [
  [{ internal: true, external: false }, 'INTERNAL'],
  [{ internal: true }, 'INTERNAL'],
  [{ internal: true, external: null, listed: false }, 'INTERNAL'],
  [{ internal: true, external: true }, 'PUBLIC'],
  [{ internal: true, external: true, listed: false }, 'UNLISTED'],
  [{ external: true }, 'PUBLIC'],
  [{ external: true, listed: null }, 'PUBLIC'],
  [{ external: true, listed: false }, 'UNLISTED'],
  [{ internal: false, external: false, live: true }, null],
  [{ external: false, live: true }, null],
  [{ internal: false, live: true }, null],
  [{ live: true }, 'PUBLIC'],
  [{ live: true, internal: null, external: null }, 'PUBLIC'],
  [{ live: false }, null],
  [{}, null],
]

for (const [fields, expected] of visibilities) {
  test(`the visibility of ${JSON.stringify(fields)} is ${expected}`, () => {
    assert.equal(column('job_postings', 'visibility', fields), expected)
  })
}

test('only public and unlisted postings of an account with a board have a URL', () => {
  const url = (fields: object, jobBoard?: string) =>
    column('job_postings', 'url', fields, jobBoard === undefined ? {} : { jobBoard })
  assert.equal(url({ external: true }), null)
  assert.equal(url({ external: true, listed: false }, 'acme'), 'https://jobs.gem.com/acme/r1')
  assert.equal(url({ internal: true }, 'acme'), null)
  assert.equal(url({}, 'acme'), null)
  assert.equal(url({ id: 'a/b é=', external: true }, 'acme'), 'https://jobs.gem.com/acme/a%2Fb%20%C3%A9%3D')
})
