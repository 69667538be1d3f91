import assert from 'node:assert/strict'
import { test } from 'node:test'
import { differences, same } from '../support/oracle/differences.ts'
import { canonicalNumber, exactNumber, parseExactly } from '../support/oracle/exact-json.ts'
import { ANY, ANY_TIME, type ExpectedTables, expectedTables, type Source } from '../support/oracle/index.ts'

const options = { account: 'acme', settings: { jobBoard: null, integrationFields: [] } }
const none = {
  job_stages: [],
  jobs: [],
  job_posts: [],
  candidates: [],
  applications: [],
  scheduled_interviews: [],
}
const ofUsers = (users: unknown[]): ExpectedTables =>
  expectedTables({ ...none, users } satisfies Source, options)

test('nothing differs from itself', () => {
  assert.deepEqual(differences(ofUsers([{ id: 'a' }, 5]), ofUsers([{ id: 'a' }, 5])), [])
})

test('names what is missing, extra, wrong and rejected', () => {
  const lines = differences(
    ofUsers([{ id: 'a', name: 'X Y' }, { id: 'b' }, { id: 'd', name: 5 }]),
    ofUsers([{ id: 'a', name: 'X Z' }, { id: 'c' }, 5]),
  )
  assert.deepEqual(lines, [
    'wrong: users "a" remote_data.name: expected "X Y", found "X Z"',
    'wrong: users "a" last_name: expected "Y", found "Z"',
    'missing: users "b"',
    'extra: users "c"',
    'not rejected: users "d"',
    'rejected: users null',
  ])
})

test('names a column too few and a column too many', () => {
  const actual = ofUsers([{ id: 'a' }])
  const { email: _, ...row } = actual.users.get('a')!
  actual.users.set('a', { ...row, hash: 'x' })
  assert.deepEqual(differences(ofUsers([{ id: 'a' }]), actual), [
    'no column: users "a" email',
    'column of nobody\'s: users "a" hash',
  ])
})

test('shows 50 lines and counts the rest', () => {
  const many = Array.from({ length: 60 }, (_, n) => ({ id: `u${n}` }))
  const lines = differences(ofUsers(many), ofUsers([]))
  assert.equal(lines.length, 51)
  assert.equal(lines.at(-1), '… 60 differences, 50 shown')
})

test('numbers are compared by value, to the last digit', () => {
  assert.equal(canonicalNumber('1.10'), canonicalNumber('11e-1'))
  assert.ok(same(exactNumber('1.10'), 1.1))
  assert.ok(same(parseExactly('{"a":[12345678901234567890]}'), { a: [exactNumber('12345678901234567890')] }))
  assert.ok(!same(exactNumber('12345678901234567890'), 12345678901234567000))
  assert.ok(!same(1, '1'))
})

test('times are instants, markers are wild cards, keys are own keys', () => {
  assert.ok(same(new Date(5), new Date(5)))
  assert.ok(!same(new Date(5), new Date(6)))
  assert.ok(!same(null, new Date(5)))
  assert.ok(same(ANY_TIME, new Date()) && !same(ANY_TIME, null))
  assert.ok(same({ city: ANY }, { city: null }) && !same({ city: ANY }, {}))
  assert.ok(!same(JSON.parse('{"__proto__":{}}'), {}) && !same({}, JSON.parse('{"__proto__":1}')))
  assert.ok(!same(['a', 'b'], ['b', 'a']) && same({ a: 1, b: 2 }, { b: 2, a: 1 }))
})
