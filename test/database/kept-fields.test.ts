import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { keptFields } from '../../src/database/retention/kept-fields.ts'
import type { JsonObject } from '../../src/json.ts'
import { databaseOfFile } from '../support/database-of-file.ts'

const { owner } = await databaseOfFile()

const keeps = { a: true, b: { a: true, c: { a: true } }, c: { b: true } } as const

const values: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, 0, 1.5, 'x', '', [], {}),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', '__proto__'), tie('value'), { maxKeys: 4 }),
  ),
})).value

test('what stays of an object is the same in SQL as in a page', async () => {
  const objects = fc.sample(fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), values), {
    numRuns: 2_000,
    seed: 1,
  })
  const { rows } = await owner.query<{ kept: JsonObject }>(
    `select sync.kept_fields(data, $2::jsonb) as kept
    from jsonb_array_elements($1::jsonb) with ordinality as l (data, n) order by n`,
    [JSON.stringify(objects), JSON.stringify(keeps)],
  )
  assert.deepEqual(
    rows.map(({ kept }) => kept),
    objects.map((object) => JSON.parse(JSON.stringify(keptFields(object, keeps)))),
  )
})

test('of an object in the place of a plain value, and of a plain value in the place of an object, nothing stays', () => {
  assert.deepEqual(keptFields({ a: { name: 'x' }, b: 'x', c: [{ b: 1, d: 'x' }, 'x', null] }, keeps), {
    c: [{ b: 1 }, null],
  })
})
