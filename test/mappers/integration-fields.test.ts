import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileJsonPath } from '../../src/mappers/integration-fields.ts'
import type { MainTable } from '../../src/streams.ts'
import { read } from './read.ts'

const { rawJSON } = JSON as JSON & { rawJSON(text: string): unknown }

const field = (path: string, key = 'k', model: MainTable = 'jobs') => ({
  model,
  key,
  label: `Label ${key}`,
  path,
})

/** What a path gives of a job. */
function value(path: string, fields: object): unknown {
  const [picked] = read('jobs', fields, { integrationFields: [field(path)] }).columns.integration_fields as {
    value: unknown
  }[]
  return picked?.value
}

test('the fields of the model come in the order of the settings, with key and label', () => {
  const integrationFields = [
    field('$.custom_fields.b', 'b'),
    field('$.id', 'x', 'users'),
    field('$.name', 'a'),
  ]
  const { columns } = read('jobs', { name: ' N ', custom_fields: { b: [1] } }, { integrationFields })
  assert.deepEqual(columns.integration_fields, [
    { key: 'b', label: 'Label b', value: [1] },
    { key: 'a', label: 'Label a', value: ' N ' },
  ])
})

test('a singular query gives its value or null', () => {
  const fields = { a: [{ b: 0 }, { b: null }], 'x y': false }
  assert.equal(value('$.a[0].b', fields), 0)
  assert.equal(value('$.a[1].b', fields), null)
  assert.equal(value('$.a[-1]["b"]', fields), null)
  assert.equal(value("$['x y']", fields), false)
  assert.equal(value('$.a[5].b', fields), null)
  assert.equal(value('$.toString', fields), null)
})

test('any other query gives the list of all that it finds', () => {
  const fields = { a: [{ b: 1 }, { b: 2 }, {}] }
  assert.deepEqual(value('$.a[*].b', fields), [1, 2])
  assert.deepEqual(value('$.a[?@.b > 1].b', fields), [2])
  assert.deepEqual(value('$..b', fields), [1, 2])
  assert.deepEqual(value('$.none[*]', fields), [])
})

test('a number beyond double precision is a value, not an object to search', () => {
  const fields = { n: rawJSON('12345678901234567890') }
  assert.equal(JSON.stringify(value('$.n', fields)), '12345678901234567890')
  assert.equal(JSON.stringify(value('$.n..*', fields)), '[]')
})

test("a candidate's embedded applications cannot be picked: remote_data does not hold them", () => {
  const integrationFields = [field('$.applications', 'k', 'candidates')]
  const { columns } = read('candidates', { applications: [{ id: 'a' }] }, { integrationFields })
  assert.deepEqual(columns.integration_fields, [{ key: 'k', label: 'Label k', value: null }])
})

test('the deepest value that is read can be found', () => {
  let deep: unknown = { found: 1 }
  for (let level = 0; level < 998; level++) deep = { deep }
  assert.deepEqual(value('$..found', { deep }), [1])
})

test('a path that does not compile costs its value and a warning, not the record', () => {
  const mapped = read('jobs', {}, { integrationFields: [field('name')] })
  assert.deepEqual(mapped.columns.integration_fields, [{ key: 'k', label: 'Label k', value: null }])
  assert.equal(mapped.warnings, 1)
  assert.throws(() => compileJsonPath('name'))
  assert.throws(() => compileJsonPath('$.a['))
})
