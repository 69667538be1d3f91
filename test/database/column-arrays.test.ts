import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { columnArrays, textArray } from '../../src/database/column-arrays.ts'
import {
  type PackedValues,
  packedColumns,
  packValues,
  type RowValues,
  unpackValues,
} from '../../src/database/packed-values.ts'
import { giveBack } from '../../src/give-back.ts'
import { models } from '../../src/mappers/registry.ts'
import { mainTables } from '../../src/streams.ts'
import { databaseOfFile } from '../support/database-of-file.ts'

const { db } = await databaseOfFile()

/** Long ones take more than the memory that rows share. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'é', '😀', '"', '\\', ',', '{', '}', "'", '\n', ' ') }),
  fc.constantFrom('', 'NULL', 'x'.repeat(70_000)),
)
/** Without escapes: V8 takes a name that is written as `\n` for a backslash, where it has seen that one at the same place. */
const name = text.map((any) => any.replaceAll(/["\\\n]/g, '_'))
const json = fc.oneof(
  fc.constantFrom([], {}, [null], { n: -0.5 }, [{ long: 'ü'.repeat(40_000) }]),
  fc.dictionary(name, fc.oneof(text, fc.integer(), fc.constant(null)), { maxKeys: 3, noNullPrototype: true }),
)
const valuesOf = {
  text,
  boolean: fc.boolean(),
  integer: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  timestamptz: fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
    .map((date) => date.toISOString()),
  jsonb: json,
}

for (const table of mainTables) {
  const model = models[table]
  const columns = packedColumns(model)
  const values = fc.record(
    {
      ...Object.fromEntries(columns.map(({ name, type }) => [name, fc.option<unknown>(valuesOf[type])])),
      remote_data: json,
    },
    { noNullPrototype: true },
  ) as fc.Arbitrary<RowValues>

  test(`${table}: packed values are those that went into them`, () => {
    fc.assert(
      fc.property(values, (row) => {
        assert.deepEqual(unpackValues(model, packValues(model, row)), row)
        const { remote_data, ...others } = row
        const packed = packValues(model, others, JSON.stringify(remote_data))
        assert.deepEqual(unpackValues(model, packed), row)
      }),
    )
  })

  test(`${table}: PostgreSQL reads the values of each row in its columns`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(values, { minLength: 1, maxLength: 4 }), async (rows) => {
        const placed = asOnePage(rows.map((row) => packValues(model, row)))
        const { columns: arrays, memory } = columnArrays(model, placed)
        const lists = arrays.map(
          ({ name, type, sentAs, array }) =>
            sql`${sql.lit(name)}, to_jsonb(${array}::${sql.raw(sentAs)}[]::${sql.raw(type)}[])`,
        )
        const { rows: read } = await sql<{ lists: Record<string, unknown[]> }>`
          select jsonb_build_object(${sql.join(lists)}) as lists`.execute(db)
        giveBack(memory)
        for (const { name, type } of columns) {
          const expected = rows.map((row) => row[name])
          const found = read[0]?.lists[name]?.map((value) =>
            type === 'timestamptz' && value !== null ? new Date(String(value)).toISOString() : value,
          )
          assert.deepEqual(found, expected, name)
        }
      }),
      { numRuns: 30 },
    )
  })
}

test('a text[] in binary form is read by PostgreSQL as the texts that went into it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(text), { minLength: 1, maxLength: 4 }), async (texts) => {
      const { rows } = await sql<{ texts: unknown }>`select ${textArray(texts)}::text[] as texts`.execute(db)
      assert.deepEqual(rows[0]?.texts, texts)
    }),
  )
})

test('a number that is none of the column’s is sent as it is, for PostgreSQL to refuse', () => {
  const model = models.application_stages
  for (const number of [1.5, 1e300, 2 ** 31]) {
    const packed = packValues(model, {
      remote_id: 's',
      deleted: false,
      global_index: number,
      remote_data: {},
    })
    assert.equal(unpackValues(model, packed).global_index, number)
  }
})

/** Behind one another, in memory that begins with something else. */
function asOnePage(rows: readonly PackedValues[]): PackedValues[] {
  const bytes = Buffer.concat([Buffer.from('head'), ...rows.map((row) => row.bytes)])
  const placed: PackedValues[] = []
  for (const { end } of rows) {
    const start = placed.at(-1)?.end ?? 'head'.length
    placed.push({ bytes, start, end: start + end })
  }
  return placed
}
