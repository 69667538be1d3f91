import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toQuery } from '../../src/gem/filters.ts'

test('filters are written as Gem reads them', () => {
  const filters = {
    include_deleted: true,
    active: false,
    updated_after: new Date('2026-01-01T01:00:00+01:00'),
    status: 'active',
    created_after: null,
    created_before: undefined,
  }
  assert.deepEqual(toQuery(filters), {
    include_deleted: 'true',
    active: 'false',
    updated_after: '2026-01-01T00:00:00.000Z',
    status: 'active',
  })
})
