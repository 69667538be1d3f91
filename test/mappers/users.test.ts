import assert from 'node:assert/strict'
import { test } from 'node:test'
import { column, read } from './read.ts'

const user = {
  id: 'dXNlcjo=',
  name: 'Ana Ruiz',
  first_name: ' Ana ',
  last_name: 'Ruiz',
  primary_email_address: 'ana@example.com',
  emails: ['a.ruiz@example.com', 'ana@example.com'],
  employee_id: '100377',
  disabled: false,
  site_admin: true,
}

test('a user becomes a row', () => {
  assert.deepEqual(read('users', user), {
    kind: 'mapped',
    remoteId: 'dXNlcjo=',
    deleted: null,
    columns: { first_name: 'Ana', last_name: 'Ruiz', email: 'ana@example.com', status: 'ACTIVE' },
    references: {},
    facts: null,
    pairs: [],
    remoteData: user,
    isAsSent: true,
    impliedKey: null,
    warnings: 0,
  })
})

test('the full name is split at its first blank only if both parts are empty', () => {
  const names = (fields: object) => {
    const { first_name, last_name } = read('users', fields).columns
    return [first_name, last_name]
  }
  assert.deepEqual(names({ name: ' Ana María Ruiz ' }), ['Ana', 'María Ruiz'])
  assert.deepEqual(names({ name: 'Ana', first_name: ' ', last_name: '' }), ['Ana', null])
  assert.deepEqual(names({ name: 'Ana Ruiz', first_name: 'Ana' }), ['Ana', null])
  assert.deepEqual(names({ name: 'Ana Ruiz', last_name: 'Ruiz' }), [null, 'Ruiz'])
  assert.deepEqual(names({ name: null }), [null, null])
  assert.deepEqual(names({ name: 'Ana\tRuiz' }), ['Ana', 'Ruiz'])
})

test('the e-mail address is the primary one if valid, else the first valid one', () => {
  const email = (fields: object) => column('users', 'email', fields)
  assert.equal(email({ primary_email_address: ' Ana@Example.com ' }), 'Ana@Example.com')
  assert.equal(email({ primary_email_address: 'ana', emails: ['', 'x@y', 'a@b.de', 'c@d.de'] }), 'a@b.de')
  assert.equal(email({ emails: ['ana'] }), null)
  assert.equal(email({}), null)
})

test('null elements of emails are dropped with a warning', () => {
  const mapped = read('users', { emails: [null, 'a@b.de'] })
  assert.equal(mapped.columns.email, 'a@b.de')
  assert.equal(mapped.warnings, 1)
})

test('a disabled or deleted user is inactive', () => {
  const status = (fields: object) => column('users', 'status', fields)
  assert.equal(status({ disabled: true }), 'INACTIVE')
  assert.equal(status({ deleted_at: '2026-01-01T00:00:00Z' }), 'INACTIVE')
  assert.equal(status({ deleted_at: 'some day' }), 'INACTIVE')
  assert.equal(status({ disabled: null, deleted_at: '' }), 'ACTIVE')
})
