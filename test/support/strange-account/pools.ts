import { exactNumber } from '../oracle/exact-json.ts'

export type Json = Record<string, unknown>

/** Ids that Gem could send and that PostgreSQL can store: every one of them is an id of its own. */
export const hostileIds: readonly string[] = [
  ...['am9iOtWWIryHC4MCePdOyVZu2qU', '4117748002', '5e6c11ba-de76-4e0c-a024-1003693754eb', 'UHJvamVjdDo='],
  ...[
    ' leading',
    'trailing ',
    'in side',
    ' ',
    '\t',
    'line\nbreak',
    '\u00a0nbsp',
    'zero\u200bwidth',
    '\u0001',
  ],
  ...[
    'a/b',
    '../up',
    'a?b#c&d=e',
    'a+b',
    '100%',
    '%2F',
    '%00',
    "it's",
    '"quoted"',
    'back\\slash',
    'a,b',
    '$1',
  ],
  ...['emoji-🦄', '\u202ertl', 'é', 'e\u0301', 'nul\uFFFD', '\uFFFF', "'; drop table ats.users; --"],
  ...['Twin', 'twin', 'TWIN', '7', '07', '7.0', '1e3', 'true', 'null', 'undefined', '{}', '[]', '["a","b"]'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'x'.repeat(1000), 'é'.repeat(500)],
]

/** Ids that reject their record. `undefined` is served as no id at all. */
export const impossibleIds: readonly unknown[] = [
  ...['x'.repeat(1001), `${'é'.repeat(500)}x`, 'nul\u0000', '\u0000', 'lone\ud800', '\udc00low first'],
  ...['', 5, 0, null, undefined, true, {}, ['id']],
]

/** What stands in a list instead of a record. */
export const garbage: readonly unknown[] = [null, 5, 'x', [], true, '', [{ id: 'in-a-list' }], {}]

export const texts: readonly string[] = [
  ...[
    'plain',
    '  trimmed  ',
    '\ttabs\n',
    '',
    '   ',
    '\t\n',
    'nul\u0000inside',
    'lone \ud800 high',
    'low \udc00 x',
  ],
  ...[
    'pair 🦄 whole',
    'Ünïcødé',
    '\u202eabc',
    "O'Brien",
    '"; drop table',
    '\\u0000',
    'null',
    'a\u0001b',
    '<b>x</b>',
  ],
  ...['__proto__', '{"json":true}', 'two\nlines', '$1 $& %s', '\\'],
]

export const longText = 'lang 🦄 '.repeat(25_000).trim()

/** Forms of other standards than ISO 8601 that are read as well. */
export const borrowedTimes: readonly string[] = [
  '2026-03-01 10:20:30 UTC',
  '2026-03-01T10:20:30Z[Europe/Berlin]',
  '2026-03-01T10:20:30+05:30[America/New_York]',
  '2026-12-31T23:59:60Z',
]

export const readableTimes: readonly string[] = [
  ...borrowedTimes,
  ...['2026-03-01', '2026-03-01T10:20:30Z', '2026-03-01T10:20:30', '2026-03-01T10:20', '2026-03-01T10Z'],
  ...['2026-03-01T10:20:30.5Z', '2026-03-01T10:20:30.123Z', '2026-03-01T10:20:30.123456Z'],
  ...['2026-03-01T10:20:30.123456789+00:00', '2026-03-01T10:20:30,123Z', '2026-03-01T10:20:30.120000'],
  ...['2026-03-01T10:20:30+05:30', '2026-03-01T10:20:30-08:00', '2026-03-01T10:20:30+0530'],
  ...['2026-03-01T10:20:30-03', '2026-03-01T00:10:00+14:00', '2026-12-31T23:50:00-12:00'],
  ...['20260301T102030Z', '20260301T102030.123+0100', '20260301', '20260301T1020', '2026-03-01T24:00:00Z'],
  ...[
    '2026-W09-7',
    '2026W097',
    '2026-W53-7T10:20:30Z',
    '2026W011T102030Z',
    '2026-060',
    '2026060T1020Z',
    '2024-366',
  ],
  ...['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '1969-12-31T23:59:59.001Z', '1900-01-01'],
  ...['2024-02-29T23:59:59.999Z', '+002026-03-01T10:20:30Z'],
]

/** Without digits beyond milliseconds: for times by which something is chosen. */
export const orderingTimes = readableTimes.filter((time) => !/[.,]\d{4}/.test(time))

export const unreadableTimes: readonly string[] = [
  ...['not a date', 'tomorrow', '2026-02-30', '2027-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-10'],
  ...[
    '2026-01-01T25:00:00Z',
    '2026-01-01T10:61:00Z',
    '2026-W54-1',
    '2026-366',
    '03/01/2026',
    'Mon, 02 Mar 2026',
  ],
  ...[
    '2026-01-01T00:00:00Q',
    '2026-03-01T10:20:30Zjunk',
    'nul\u0000',
    '2026-01-0\ud800',
    'null',
    '0000-00-00',
  ],
]

/** ISO 8601 with an expanded year: a time, but one that PostgreSQL's timestamps do not reach. */
export const unreachableTime = '-005000-01-01T00:00:00Z'

function nested(levels: number): unknown {
  return levels === 0 ? 'the bottom' : levels % 2 === 0 ? [nested(levels - 1)] : { in: nested(levels - 1) }
}

/** Objects with own keys that an object literal would take for something else. */
const ownKeys = (entries: [string, unknown][]): Json => Object.fromEntries(entries)

/** Gem's `custom_fields`, of jobs and applications. */
export const customFields: readonly Json[] = [
  {},
  {
    text: ' kept as sent ',
    blank: '',
    none: null,
    yes: true,
    list: [null, 'a', { b: null }],
    empty: [],
    nothing: {},
  },
  { big: exactNumber('12345678901234567890'), money: exactNumber('1.10'), tiny: 1e-7, sum: 0.1 + 0.2 },
  {
    huge: exactNumber('1e400'),
    long: exactNumber(`0.${'1'.repeat(200)}`),
    negative: exactNumber('-0.10'),
    zero: 0,
  },
  ownKeys([
    ['__proto__', { polluted: true }],
    ['constructor', { prototype: { polluted: true } }],
    ['', 'empty key'],
  ]),
  ownKeys([
    ['nul\u0000key', 'nul\u0000value'],
    ['lone\ud800key', ['lone\udfffvalue']],
    ['rawJSON', '12'],
  ]),
  { deep: nested(50) },
  { 'a.b': 1, "it's": 2, '"': 3, '🦄': 4, $ref: '#', toJSON: 'x', 'K Ö': 5, k: { K: 1, k: 2 } },
  { long: longText },
]
