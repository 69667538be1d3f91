import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { copyText, type RecordText, readRecordTexts, textWithout } from '../../src/gem/record-text.ts'
import type { JsonObject, JsonText } from '../../src/json.ts'
import { anyJson } from '../mappers/arbitrary-json.ts'

const embeds = 'applications'
const read = (text: string) => readRecordTexts(Buffer.from(text), embeds)
const parsed = ({ bytes, start, end }: JsonText) =>
  JSON.parse(bytes.toString('utf8', start, end)) as JsonObject

/** What the text says without these members. */
function parsedWithout(text: RecordText, members: Parameters<typeof textWithout>[1]): unknown {
  const target = Buffer.alloc(text.end - text.start + 7, '#')
  const length = copyText(textWithout(text, members), target, 7)
  return JSON.parse(target.toString('utf8', 7, 7 + length))
}

function without(record: JsonObject, ...names: string[]): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}

/** Text of the same values in one of many forms: blanks and line ends anywhere between them. */
function written(value: unknown, blank: () => string): string {
  const list = (texts: string[]) => texts.map((text) => blank() + text + blank()).join(',') || blank()
  if (Array.isArray(value)) return `[${list(value.map((element) => written(element, blank)))}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}${blank()}:${blank()}${written(member, blank)}`,
  )
  return `{${list(members)}}`
}

const names = fc.constantFrom('id', 'name', 'applications ', 'attachment', 'attachments"', 'ä', '')
const texts = fc.string({
  unit: fc.constantFrom('a', 'é', '😀', '"', '\\', '{', '}', '[', ']', ',', ':', '\n', 'u'),
})
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, true, false, 0, -1.5, 123456789012345),
    texts,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(names, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).value
/** Members in any order, so that those which are cut out come first, last, side by side and alone. */
const members = (extra: Record<string, fc.Arbitrary<unknown>>) =>
  fc
    .record({ id: texts, title: values, ...extra }, { requiredKeys: [] })
    .chain((record) => fc.shuffledSubarray(Object.entries(record)))
    .map((entries) => Object.fromEntries(entries))
const copies = members({ attachments: values })
const records = fc.array(
  members({ attachments: values, applications: fc.option(fc.array(copies, { maxLength: 3 })) }),
  { maxLength: 4 },
)
/** Without escapes: V8 takes a name that is written as `\n` for a backslash, where it has seen that one at the same place. */
const plainName = fc.string().map((any) => any.replaceAll(/["\\\p{Cc}]/gu, '_'))
const blanks = fc.infiniteStream(fc.constantFrom('', '', '', ' ', '\n  ', '\r\n\t'))

describe('the texts of records', () => {
  test('say what the whole page says, with and without the members that are told apart', () => {
    let [embedded, attached] = [0, 0]
    fc.assert(
      fc.property(records, blanks, (page, blank) => {
        const found = read(written(page, () => blank.next().value ?? ''))
        assert.ok(found)
        assert.deepEqual(found.map(parsed), page)
        for (const [index, text] of found.entries()) {
          const record: JsonObject = page[index] ?? {}
          const copiesOf = (record.applications ?? []) as JsonObject[]
          assert.equal(text.embedded !== null, Object.hasOwn(record, 'applications'))
          assert.deepEqual((text.embedded?.records ?? []).map(parsed), copiesOf)
          assert.deepEqual(parsedWithout(text, [text.embedded]), without(record, 'applications'))
          assert.deepEqual(parsedWithout(text, [text.attachments]), without(record, 'attachments'))
          assert.deepEqual(
            parsedWithout(text, [text.embedded, text.attachments]),
            without(record, 'applications', 'attachments'),
          )
          for (const [place, copy] of (text.embedded?.records ?? []).entries()) {
            embedded++
            attached += copy.attachments ? 1 : 0
            assert.equal(copy.embedded, null)
            assert.deepEqual(
              parsedWithout(copy, [copy.attachments]),
              without(copiesOf[place] ?? {}, 'attachments'),
            )
          }
        }
      }),
      { numRuns: 1_000 },
    )
    assert.ok(embedded > 100 && attached > 20, `${embedded} embedded records, ${attached} with attachments`)
  })

  test('are those of the list alone where nothing is embedded', () => {
    const [text] = readRecordTexts(Buffer.from('[{"applications":7,"attachments":[]}]'), undefined) ?? []
    assert.equal(text?.embedded, null)
    assert.ok(text.attachments)
  })

  test('of any text are none, or what the page says', () => {
    let taken = 0
    const anyText = fc.oneof(
      fc.array(fc.dictionary(plainName, anyJson)).map((page) => JSON.stringify(page)),
      fc.string({
        unit: fc.constantFrom(...'[]{}",:\\ u0a-1.e', 'null', '"id"', '{"id":"a"}', '"applications":'),
      }),
    )
    fc.assert(
      fc.property(anyText, (text) => {
        const found = read(text)
        if (found === null) return
        const whole = tried(() => JSON.parse(text) as unknown)
        const parts = tried(() => found.map(parsed))
        assert.deepEqual(parts, whole)
        taken++
      }),
      { numRuns: 3_000 },
    )
    assert.ok(taken > 100, `${taken} texts were taken`)
  })

  for (const text of [
    '',
    ' ',
    'null',
    '{}',
    '[1]',
    '[null]',
    '[{}, "a"]',
    '[{}',
    '[{},]',
    '[{}]x',
    '[{}]]',
    '[,{}]',
    '[{"a":1,}]',
    '[{,"a":1}]',
    '[{"a"}]',
    '[{"a":}]',
    '[{a:1}]',
    '[{"a":1]',
    '[{"a":"\\u0000"}]',
    '[{"a":"\\ud800"}]',
    '[{"a":"\\uDFFF"}]',
    '[{"a":"\\uD83D\\uDE00"}]',
    '[{"a":"\\u12',
    '[{"a":{"b\\u0000":1}}]',
    '[{"\\u0061":1}]',
    '[{"a":1234567890123456}]',
    '[{"a":[0.12345678901234567]}]',
    '[{"a":1e400}]',
    '[{"a":1E2}]',
    `[{"a":${'['.repeat(91)}${']'.repeat(91)}}]`,
    '[{"applications":[],"applications":[]}]',
    '[{"attachments":[],"attachments":[]}]',
    '[{"applications":"none"}]',
    '[{"applications":{}}]',
    '[{"applications":[null]}]',
    '[{"applications":[{"attachments":1,"attachments":2}]}]',
    '\ufeff[]',
  ]) {
    test(`cannot be taken as they are from ${text.slice(0, 60)}`, () => assert.equal(read(text), null))
  }

  for (const [text, count] of [
    ['[]', 0],
    [' [ ] \n', 0],
    ['[{}]', 1],
    ['[{"a":"\\u00e9\\ud7ff\\ue000\\\\u0000\\n"},{"a":-12345678901.12,"b":true}]', 2],
    [`[{"a":${'['.repeat(90)}${']'.repeat(90)}}]`, 1],
    ['[{"applications":null}]', 1],
  ] as const) {
    test(`are ${count} in ${text.slice(0, 60)}`, () => assert.equal(read(text)?.length, count))
  }
})

function tried(act: () => unknown): unknown {
  try {
    return act()
  } catch {
    return 'no JSON'
  }
}
