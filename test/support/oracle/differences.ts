import { canonicalNumber, isExactNumber, isNumber, isObject } from './exact-json.ts'
import {
  ANY,
  ANY_TIME,
  type ExpectedTables,
  type RejectedRecord,
  type Row,
  TimeSpan,
  tableNames,
} from './types.ts'

const MOST_LINES = 50

/** What is missing, extra or wrong, in lines for people; empty if nothing. The last line counts what was left out. */
export function differences(expected: ExpectedTables, actual: ExpectedTables): string[] {
  const lines = tableNames.flatMap((table) => tableDifferences(table, expected[table], actual[table]))
  lines.push(...rejectedDifferences(expected.rejected, actual.rejected))
  if (lines.length <= MOST_LINES) return lines
  return [...lines.slice(0, MOST_LINES), `… ${lines.length} differences, ${MOST_LINES} shown`]
}

function tableDifferences(table: string, expected: Map<string, Row>, actual: Map<string, Row>): string[] {
  const lines: string[] = []
  for (const [key, row] of expected) {
    const found = actual.get(key)
    if (found === undefined) lines.push(`missing: ${table} ${shown(key)}`)
    else lines.push(...rowDifferences(`${table} ${shown(key)}`, row, found))
  }
  for (const key of actual.keys()) if (!expected.has(key)) lines.push(`extra: ${table} ${shown(key)}`)
  return lines
}

function rowDifferences(place: string, expected: Row, actual: Row): string[] {
  const lines: string[] = []
  for (const [column, value] of Object.entries(expected)) {
    if (!Object.hasOwn(actual, column)) lines.push(`no column: ${place} ${column}`)
    else if (!same(value, actual[column])) {
      const [path, x, y] = firstDifference(column, value, actual[column])
      lines.push(`wrong: ${place} ${path}: expected ${shown(x)}, found ${shown(y)}`)
    }
  }
  for (const column of Object.keys(actual))
    if (!Object.hasOwn(expected, column)) lines.push(`column of nobody's: ${place} ${column}`)
  return lines
}

/** As sets: how often a record without a readable id is noted is nobody's promise. */
function rejectedDifferences(expected: RejectedRecord[], actual: RejectedRecord[]): string[] {
  const name = (entry: RejectedRecord) => `${entry.stream} ${shown(entry.remote_id)}`
  const [wanted, found] = [new Set(expected.map(name)), new Set(actual.map(name))]
  return [
    ...[...wanted].filter((entry) => !found.has(entry)).map((entry) => `not rejected: ${entry}`),
    ...[...found].filter((entry) => !wanted.has(entry)).map((entry) => `rejected: ${entry}`),
  ]
}

/** Times as instants to the millisecond, numbers by value, everything else deeply. */
export function same(expected: unknown, actual: unknown): boolean {
  if (expected === ANY) return actual !== undefined
  if (expected === ANY_TIME) return actual === ANY_TIME || actual instanceof Date
  if (expected instanceof TimeSpan) return actual instanceof Date && expected.holds(actual)
  if (expected instanceof Date) return actual instanceof Date && expected.getTime() === actual.getTime()
  if (isNumber(expected) && isNumber(actual)) return digits(expected) === digits(actual)
  if (Array.isArray(expected)) {
    return (
      Array.isArray(actual) &&
      expected.length === actual.length &&
      expected.every((x, i) => same(x, actual[i]))
    )
  }
  if (!isObject(expected) || !isObject(actual)) return expected === actual
  const keys = Object.keys(expected)
  if (keys.length !== Object.keys(actual).length) return false
  return keys.every((key) => Object.hasOwn(actual, key) && same(expected[key], actual[key]))
}

const digits = (value: unknown): string =>
  canonicalNumber(isExactNumber(value) ? value.rawJSON : String(value))

/** Goes down into objects and lists as far as they agree, so that a line names the place. */
function firstDifference(path: string, expected: unknown, actual: unknown): [string, unknown, unknown] {
  const lists = Array.isArray(expected) && Array.isArray(actual)
  if (!lists && !(isObject(expected) && isObject(actual))) return [path, expected, actual]
  const [left, right] = [new Map(Object.entries(expected)), new Map(Object.entries(actual))]
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    if (left.has(key) && right.has(key) && same(left.get(key), right.get(key))) continue
    return firstDifference(`${path}.${key}`, left.get(key), right.get(key))
  }
  return [path, expected, actual]
}

function shown(value: unknown): string {
  const text =
    JSON.stringify(value, (_key, x: unknown) => (typeof x === 'symbol' ? String(x) : x)) ?? 'nothing'
  return text.length > 160 ? `${text.slice(0, 120)}… (${text.length} characters)` : text
}
