import fc from 'fast-check'
import type { MainTable } from '../../src/streams.ts'
import { gemKinds } from './gem-kinds.ts'

const { rawJSON } = JSON as JSON & { rawJSON(text: string): unknown }

/** Strings of any UTF-16 units: U+0000 and lone surrogates among them. */
const units = fc.oneof(
  fc.constantFrom('\0', '\uD800', '\uDC00', '@', '.', ':', '/', ' ', ',', '%00', '%', 'https://', 'x.com'),
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
)
const anyText = fc.string({ unit: units, maxLength: 8 })
const anyKey = fc.oneof(
  anyText,
  fc.constantFrom('__proto__', 'id', 'name', 'value', 'type', 'date', 'date_time', 'location', 'recruiters'),
)

/** Any JSON value as `JSON.parse` and the Gem client give it. */
export const { json: anyJson } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, true, false, 0, 1.5, -1e300, rawJSON('12345678901234567890123')),
    anyText,
    fc.array(tie('json'), { maxLength: 4 }),
    fc.array(fc.tuple(anyKey, tie('json')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
  ),
}))

/** Records of a table whose mapped fields often, not always, have the right type. */
export function anyRecord(table: MainTable): fc.Arbitrary<Record<string, unknown>> {
  const fields = Object.entries(gemKinds[table]).map(([name, kind]) => [name, fieldOf(name, kind)] as const)
  return fc.record({ id: anyText, ...Object.fromEntries(fields) }, { requiredKeys: [] })
}

const elements = fc.record(
  { id: anyText, value: anyText, name: anyText, type: anyText, location: fc.record({ name: anyText }) },
  { requiredKeys: [] },
)

const textLists = ['emails', 'tags', 'linked_user_ids']

function fieldOf(name: string, kind: string): fc.Arbitrary<unknown> {
  const right: Record<string, fc.Arbitrary<unknown>> = {
    text: anyText,
    flag: fc.boolean(),
    integer: fc.integer(),
    object: fc.dictionary(anyKey, anyText, { maxKeys: 3 }),
    list: fc.array(fc.option<unknown>(textLists.includes(name) ? anyText : elements)),
  }
  return fc.oneof(
    { weight: 40, arbitrary: right[kind] ?? anyText },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: anyJson },
  )
}
