import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { z } from 'zod'
import { columnsOf, joinTables, models } from '../../src/mappers/registry.ts'
import { mainTables } from '../../src/streams.ts'
import { anyJson, anyRecord } from './arbitrary-json.ts'
import { gemKinds, samples } from './gem-kinds.ts'
import { read, readAny, rejected } from './read.ts'

const integrationFields = mainTables.flatMap((model) => [
  { model, key: 'one', label: 'One', path: '$.custom_fields.a' },
  { model, key: 'many', label: 'Many', path: '$..name' },
])
const options = { jobBoard: 'acme', integrationFields }

for (const table of mainTables) {
  const model = models[table]
  const kinds = Object.entries(gemKinds[table])

  test(`${table}: Gem's schema names exactly the mapped fields`, () => {
    const { shape } = model.gem as z.ZodObject
    assert.deepEqual(Object.keys(shape).sort(), Object.keys(gemKinds[table]).sort())
  })

  test(`${table}: absent, null and unknown fields are fine`, () => {
    read(table)
    read(table, { unknown: { deep: [5] }, ID: 5 })
    const nulls = Object.fromEntries(kinds.map(([field]) => [field, null]))
    assert.equal(read(table, { ...nulls, id: 'r1' }).warnings, 0)
  })

  test(`${table}: a mapped field of another JSON type rejects the record, one of the right type does not`, () => {
    for (const [field, kind] of kinds) {
      for (const { value, kinds: takers } of samples) {
        const raw = { id: 'r1', [field]: value }
        if (takers.includes(kind)) assert.equal(readAny(table, raw).kind, 'mapped', field)
        else assert.match(rejected(table, raw).reason, new RegExp(`^${field}: expected .+, received [a-z]+$`))
      }
    }
  })

  test(`${table}: what is mapped has the declared columns, with values that their schemas allow`, () => {
    const names = Object.keys(model.columns)
    let mappedRecords = 0
    fc.assert(
      fc.property(anyRecord(table), (fields) => {
        const mapped = readAny(table, { ...fields, id: 'r1' }, options)
        if (mapped.kind === 'rejected') return
        mappedRecords++
        assert.deepEqual(Object.keys(mapped.columns).sort(), [...names].sort())
        assert.deepEqual(Object.keys(mapped.references).sort(), Object.keys(model.references).sort())
        for (const name of names) model.columns[name]?.schema.parse(mapped.columns[name])
        assert.doesNotMatch(JSON.stringify(mapped), /\\u0000|\\ud[89a-f]/i)
        const parents = mapped.pairs.map((pair) => pair.parent)
        assert.equal(new Set(parents).size, parents.length)
        assert.equal(parents.length > 0 && model.join === undefined, false)
      }),
      { numRuns: 300 },
    )
    assert.ok(mappedRecords > 20, `${mappedRecords} of the records could be mapped`)
  })

  test(`${table}: mapping twice gives the same and leaves the record as it was`, () => {
    fc.assert(
      fc.property(anyRecord(table), (fields) => {
        const raw = { ...fields, id: 'r1' }
        const before = JSON.stringify(raw)
        assert.deepEqual(readAny(table, raw, options), readAny(table, freeze(raw), options))
        assert.equal(JSON.stringify(raw), before)
      }),
    )
  })

  test(`${table}: reading never throws, and what is rejected tells why`, () => {
    const anything = fc.oneof(anyJson, anyRecord(table))
    fc.assert(
      fc.property(anything, fc.boolean(), (raw, needsSanitising) => {
        const result = readAny(table, raw, { ...options, needsSanitising, holder: 'c1' })
        if (result.kind === 'mapped') return
        assert.match(result.reason, /^[\w.[\]]+: (?!mapping failed)/)
        JSON.stringify(result)
      }),
      { numRuns: 500 },
    )
  })

  test(`${table}: the ordered columns are those that the model declares`, () => {
    const own = [model.columns, model.derived, model.references].flatMap((part) => Object.keys(part))
    const names = columnsOf(table).map((column) => column.name)
    const general = ['account', 'id', 'remote_id', 'changed_at', 'remote_deleted_at', 'remote_data']
    assert.deepEqual([...names].sort(), [...general, ...own].sort())
    for (const { comment } of columnsOf(table)) assert.ok(comment.length > 5)
    for (const name of Object.keys(model.whenGone ?? {})) assert.ok(name in model.columns)
  })

  test(`${table}: its join table belongs to it`, () => {
    const { join } = model
    if (join === undefined) return
    const { owner, parent } = joinTables[join.table]
    assert.deepEqual(owner, { column: join.owner, table })
    assert.deepEqual(parent, { column: join.parent, table: join.parentTable })
  })
}

test('lists and objects are never null, own columns otherwise may be', () => {
  const required = mainTables.flatMap((table) =>
    columnsOf(table)
      .filter((column) => !column.nullable)
      .map(({ name, default: value }) => (value === undefined ? name : `${table}.${name} ${value}`)),
  )
  assert.deepEqual([...new Set(required)].sort(), [
    'account',
    "applications.custom_fields '{}'",
    "applications.integration_fields '[]'",
    "candidates.custom_fields '{}'",
    "candidates.email_addresses '[]'",
    "candidates.integration_fields '[]'",
    "candidates.phone_numbers '[]'",
    "candidates.social_media '[]'",
    'changed_at',
    'id',
    "jobs.custom_fields '{}'",
    "jobs.integration_fields '[]'",
    'remote_id',
  ])
})

test('join tables have their ids, their own columns and the marks, no more', () => {
  const shown = (table: keyof typeof joinTables) =>
    columnsOf(table).map(
      ({ name, postgres, nullable }) => `${name} ${postgres}${nullable ? '' : ' not null'}`,
    )
  const identity = ['account text not null', 'id uuid not null']
  const marks = ['changed_at timestamptz not null', 'remote_deleted_at timestamptz']
  assert.deepEqual(shown('job_application_stages'), [
    ...identity,
    'index integer',
    'job_id uuid not null',
    'stage_id uuid not null',
    ...marks,
  ])
  assert.deepEqual(shown('job_hiring_team_members'), [
    ...identity,
    'roles text[]',
    'job_id uuid not null',
    'user_id uuid not null',
    ...marks,
  ])
  assert.deepEqual(shown('interviewing_team_members'), [
    ...identity,
    'interview_id uuid not null',
    'user_id uuid not null',
    ...marks,
  ])
})

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) freeze(part)
  return Object.freeze(value)
}
