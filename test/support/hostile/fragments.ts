import fc from 'fast-check'
import { anyJson } from '../../mappers/arbitrary-json.ts'
import { hostileIds, impossibleIds } from '../strange-account/pools.ts'

/**
 * JSON texts that stand where Gem sends something else. Texts, not values: `1e999`, a key that stands twice and
 * nesting that no writer survives exist only before a body is parsed.
 */
export type JsonText = string

const numbers: readonly JsonText[] = [
  ...['0', '-0', '-1', '1.5', '2147483647', '2147483648', '-2147483649', '9007199254740993', '5e-324'],
  ...[
    '1e999',
    '-1e999',
    '1e-999',
    '1E+400',
    '1e1001',
    '1e99999',
    '1e999999999999',
    '1.0000000000000000000001',
  ],
  ...[
    '12345678901234567890123',
    '0.1000000000000000055511151231257827',
    `1${'0'.repeat(1_500)}`,
    '1e2',
    '3.0',
  ],
]

const oddTexts: readonly string[] = [
  ...[
    '',
    ' ',
    '\t\n',
    '\u0000',
    'nul\u0000inside',
    '\ud800',
    'low \udc00 first',
    '\udfff\ud83e',
    '🦄👩‍👩‍👧',
    '\ufeffbom',
  ],
  ...['\u202egnp.exe', '\u2066\u0007\u001b[2J', '\u0085\u009b31m', '\uffff\ufffe', 'e\u0301'.repeat(50), 'ﷺ'],
  ...[
    'NaN',
    'Infinity',
    '-Infinity',
    'null',
    'undefined',
    'true',
    '1e999',
    '[object Object]',
    '{}',
    '[]',
    '\\u0000',
  ],
  ...[
    "'; drop table ats.users; --",
    '$1 $& %s',
    '{{7*7}}',
    '#{7*7}',
    '__proto__',
    'constructor',
    '../../..',
    '%00',
  ],
]

const html: readonly string[] = [
  ...[
    '<script>alert(1)</script>',
    '<img src=x onerror=alert(1)>',
    '</p><svg/onload=alert(1)>',
    '<!--',
    ']]>',
  ],
  ...['<a href="javascript:alert(1)">x</a>', '&lt;b&gt;&#0;&#xD800;', '<p>fine</p>'.repeat(40)],
]

const scripts: readonly string[] = [
  ...['javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' javascript:alert(1)', '\u0001javascript:alert(1)'],
  ...[
    'java\tscript:alert(1)',
    'java\u0000script:alert(1)',
    'javascript\u003aalert(1)',
    'javascript://%0aalert(1)',
  ],
  ...[
    'javascript://linkedin.com/in/x',
    'javascript:alert(1)//https://github.com/x',
    'vbscript:msgbox',
    'view-source:x',
  ],
  ...[
    'data:text/html,<script>alert(1)</script>',
    'data:text/html;base64,PHNjcmlwdD4=',
    'DATA:,x',
    'blob:https://x.y/z',
  ],
  ...[
    'https:javascript:alert(1)',
    'http:/\\x.com',
    'www.x.com:80/javascript:',
    'javascript.com:1/x',
    'file:///etc/passwd',
  ],
]

const links: readonly string[] = [
  ...[
    'https://linkedin.com/in/%00',
    'https://github.com/%E0%A4%A',
    'https://x.com/javascript%3Aalert(1)',
    'https://',
  ],
  ...[
    'https://user:pass@x.com/a',
    'https://[::1]/x',
    'https://xn--/x',
    'http://x.com:99999/',
    'https://a b.com/',
    '//x.com/a',
  ],
  ...[
    'https://linkedin.com/in/\u202e',
    'https://x.com/\ud800',
    'linkedin.com/in/ana',
    '@handle',
    '@',
    'mailto:a@b.cd',
  ],
]

const times: readonly string[] = [
  ...[
    '0000-00-00',
    '0000-01-01',
    '0000-01-01T00:00:00Z',
    '0001-01-01',
    '-0001-01-01T00:00:00Z',
    '-005000-01-01T00:00:00Z',
  ],
  ...[
    '-271821-04-20T00:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
    '275760-09-13T00:00:00Z',
    '+294277-01-01T00:00:00Z',
  ],
  ...[
    '99999-01-01',
    '+010000-01-01T00:00:00Z',
    '-004713-11-23T00:00:00Z',
    '-004714-11-24T00:00:00Z',
    '9999-12-31T24:00:00Z',
  ],
  ...[
    'infinity',
    '+infinity',
    '-infinity',
    'now',
    'today',
    'yesterday',
    'epoch',
    'allballs',
    'J2451187',
    '2026-01-01 BC',
  ],
  ...[
    '2026-02-30',
    '2026-13-01',
    '2026-W60-1',
    '2026-01-01T25:00:00Z',
    '2026-01-01T00:00:60Z',
    '2016-12-31T23:59:60Z',
  ],
  ...[
    '2026-01-01T00:00:00+99:99',
    '2026-01-01T00:00:00+18:00',
    '2026-01-01T00:00:00.1234567891234Z',
    '1767225600',
    '12:00',
  ],
]

/** Names that mean something to JavaScript, to PostgreSQL, to zod or to the product. */
export const hostileKeys: readonly string[] = [
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'toJSON',
    'hasOwnProperty',
    'then',
    'length',
    'rawJSON',
    '',
  ],
  ...[
    'id',
    'ID',
    'deleted_at',
    'remote_id',
    'account',
    'applications',
    'custom_fields',
    '\u0000',
    'nul\u0000key',
    '\ud800',
  ],
  ...['a.b', "it's", '"', '$ref', '🦄', 'x'.repeat(3_000)],
]

const text = (value: unknown): JsonText => JSON.stringify(value)
const nested = (depth: number) => fc.constantFrom('[]', '{"in":}').map((shell) => nest(shell, depth))

/** `[[[null]]]` or `{"in":{"in":null}}`, `depth` levels. */
function nest(shell: string, depth: number): JsonText {
  const [open, close] = [shell.slice(0, -1), shell.slice(-1)]
  return `${open.repeat(depth)}null${close.repeat(depth)}`
}

const large: fc.Arbitrary<JsonText> = fc.oneof(
  fc.constantFrom('x', '🦄', '\u0000', '<p>', '1').map((part) => text(part.repeat(20_000))),
  fc.constantFrom(40, 998, 999, 1_000, 1_001, 1_199, 1_201, 6_000, 50_000).chain(nested),
  fc.constantFrom('null', '{}', '"a"', '1e999').map((element) => `[${Array(3_000).fill(element).join(',')}]`),
  fc.constant(manyFields(2_000)),
)

function manyFields(count: number): JsonText {
  return text(Object.fromEntries(Array.from({ length: count }, (_, n) => [`field ${n}`, `value ${n}`])))
}

/** A key that stands twice: the later value counts, for JavaScript and for PostgreSQL alike. */
const twice = fc
  .tuple(fc.constantFrom(...hostileKeys), anyJson, anyJson)
  .map(([key, one, other]) => `{${text(key)}:${text(one)},${text(key)}:${text(other)}}`)

/** Any JSON text, most of them small. `ids` are ids of records of other kinds. */
export const hostileValue = (ids: readonly string[]): fc.Arbitrary<JsonText> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('null', 'true', '{}', '[]', '[null]', '[[]]', '{"id":null}') },
    { weight: 5, arbitrary: fc.constantFrom(...numbers) },
    { weight: 9, arbitrary: fc.constantFrom(...oddTexts, ...html, ...scripts, ...links, ...times).map(text) },
    { weight: 2, arbitrary: fc.constantFrom(...ids).map(text) },
    { weight: 6, arbitrary: anyJson.map(text) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }).map(text) },
    { weight: 1, arbitrary: twice },
    { weight: 1, arbitrary: large },
  )

/** What is worst where this value stands: another time for a time, a script for a link … */
export function worstFor(value: unknown, key: string): readonly JsonText[] {
  if (typeof value === 'number') return numbers
  if (typeof value !== 'string') return []
  if (/^id$|_id$/.test(key)) return badIds
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return badTimes
  return /^https?:|^www\.|^@/.test(value) ? badLinks : badTexts
}

const badIds = [...hostileIds, ...impossibleIds].map((id) => JSON.stringify(id) ?? 'null')
const badTimes = times.map(text)
const badLinks = [...scripts, ...scripts, ...links, ...oddTexts].map(text)
const badTexts = [...oddTexts, ...html].map(text)
