import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readRecord } from '../../src/mappers/read-record.ts'
import { models } from '../../src/mappers/registry.ts'
import { column, read, readAny, rejected } from './read.ts'

const { rawJSON } = JSON as JSON & { rawJSON(text: string): unknown }

const ids: [id: unknown, reason: string][] = [
  [undefined, 'id: expected string, received nothing'],
  [null, 'id: expected string, received null'],
  [5, 'id: expected string, received number'],
  [{}, 'id: expected string, received object'],
  ['', 'id: empty'],
  ['a\0', 'id: has U+0000 or a lone surrogate'],
  ['a\uD800', 'id: has U+0000 or a lone surrogate'],
  ['a'.repeat(1001), 'id: longer than 1,000 bytes'],
  ['é'.repeat(501), 'id: longer than 1,000 bytes'],
]

for (const [id, reason] of ids) {
  test(`a record is rejected: ${reason} (${typeof id})`, () => {
    const result = rejected('users', { id, name: 'a\0' })
    assert.equal(result.reason, reason)
    assert.equal(result.remoteId, null)
    assert.equal((result.raw as { name: string }).name, 'a\uFFFD')
  })
}

test('any other id is kept byte for byte', () => {
  for (const id of [' ', ' a ', 'é', 'e\u0301', '😀', '0012', 'a'.repeat(1000), '__proto__']) {
    assert.equal(read('users', { id }).remoteId, id)
  }
})

for (const [raw, type] of [
  [null, 'null'],
  [[], 'array'],
  ['x', 'string'],
  [5, 'number'],
  [true, 'boolean'],
]) {
  test(`a record that is no object but ${type} is rejected`, () => {
    const result = rejected('users', raw)
    assert.deepEqual(result, {
      kind: 'rejected',
      remoteId: null,
      reason: `record: expected object, received ${type}`,
      raw,
      holder: null,
    })
  })
}

test('an inherited id is none', () => {
  assert.equal(rejected('users', JSON.parse('{"__proto__":{"id":"x"}}')).remoteId, null)
})

test('the reason names fields and types, never a value', () => {
  const result = rejected('jobs', {
    id: 'j1',
    name: { secret: 'Ana' },
    offices: [{ name: 'x' }, { location: { name: 5 } }],
    custom_fields: ['Ana'],
  })
  assert.equal(result.remoteId, 'j1')
  assert.equal(
    result.reason,
    'name: expected string, received object; offices[1].location.name: expected string, received number; ' +
      'custom_fields: expected object, received array',
  )
})

test('a wrong type in a field that is not mapped does not matter', () => {
  assert.equal(
    readAny('jobs', { id: 'j', openings: 5, close_reason: [], departments: [{ id: 5 }] }).kind,
    'mapped',
  )
})

test('a number beyond double precision is a number', () => {
  const number = rawJSON('12345678901234567890')
  const reason = (fields: object) => rejected('jobs', { id: 'r', ...fields }).reason
  const received = 'received number'
  assert.equal(reason({ custom_fields: number }), `custom_fields: expected object, ${received}`)
  assert.equal(reason({ hiring_team: number }), `hiring_team: expected object, ${received}`)
  assert.equal(rejected('jobs', number).reason, `record: expected object, ${received}`)
  assert.equal(
    JSON.stringify(column('jobs', 'custom_fields', { custom_fields: { n: number } })),
    '{"offices":[],"departments":[],"is_template":null,"gem":{"n":12345678901234567890}}',
  )
})

test('stored objects keep the order of keys and a key __proto__', () => {
  const json = '{"id":"j","z":1,"custom_fields":{"__proto__":{"x":1},"b":2},"__proto__":{"name":"x"},"a":2}'
  const result = readAny('jobs', JSON.parse(json))
  assert.equal(result.kind, 'mapped')
  if (result.kind !== 'mapped') return
  assert.equal(JSON.stringify(result.remoteData), json)
  assert.equal(result.columns.name, null)
  assert.equal(
    JSON.stringify(result.columns.custom_fields),
    '{"offices":[],"departments":[],"is_template":null,"gem":{"__proto__":{"x":1},"b":2}}',
  )
})

test('texts that PostgreSQL cannot store are replaced in columns and in remote_data', () => {
  const { columns, remoteData } = read('users', { name: 'a', first_name: 'A\0', other: { 'k\uD800': '\0' } })
  assert.equal(columns.first_name, 'A\uFFFD')
  assert.deepEqual(remoteData.other, { 'k\uFFFD': '\uFFFD' })
})

test('a parent id that cannot be stored names nobody', () => {
  const job = (job_id: string) => read('job_postings', { job_id, title: 'j\0' }).references.job_id
  assert.equal(job('x\0'), null)
  assert.equal(job('x\uD800'), null)
  assert.equal(job(''), null)
  assert.equal(job('é'.repeat(501)), null)
  assert.equal(job(' '), ' ')
})

test('a record that is nested too deeply is rejected, its id was read', () => {
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level++) deep = { deep }
  const result = rejected('jobs', { id: 'j1', custom_fields: deep })
  assert.equal(result.remoteId, 'j1')
  assert.equal(result.reason, 'record: nested too deeply')
  assert.ok(JSON.stringify(result.raw))
})

test('applications too deep do not reject the candidate that holds them', () => {
  let deep: unknown = 1
  for (let level = 0; level < 100_000; level++) deep = [deep]
  assert.equal(readAny('candidates', { id: 'c1', applications: [deep] }).kind, 'mapped')
})

test('a fault in a mapping rejects the record, and does not tell its values', () => {
  const model = {
    ...models.users,
    map: ({ first_name }: { first_name: string }) => {
      throw new TypeError(`cannot map ${first_name}`)
    },
  }
  const raw = { id: 'u1', first_name: 'Ana' }
  const settings = { jobBoard: null, integrationFields: [] }
  assert.deepEqual(readRecord(model, raw, settings, { needsSanitising: false }), {
    kind: 'rejected',
    remoteId: 'u1',
    reason: 'record: mapping failed (TypeError)',
    raw,
    holder: null,
  })
})
