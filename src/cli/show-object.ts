import { isJsonObject, type JsonObject } from '../json.ts'
import { paintState } from './colours.ts'
import { showValue, tableLines } from './output.ts'

/**
 * An object as it comes, for people: plain values as lines, lists of objects (and objects of objects) as tables. So the
 * status of a workflow can grow without this growing too.
 */
export function objectLines(object: JsonObject): string[] {
  const entries = Object.entries(object)
  const plain = entries.filter(([, value]) => toRows(value) === null)
  const tables = entries.flatMap(([name, value]) => {
    const rows = toRows(value)
    return rows === null || rows.length === 0 ? [] : ['', `${name}:`, ...rowLines(rows)]
  })
  return [...plain.map(([name, value]) => `${name}: ${paintState(showInLine(value))}`), ...tables]
}

/** `mode full, at 2026-01-01T00:00:00.000Z` */
function showInLine(value: unknown): string {
  if (Array.isArray(value) && value.length === 0) return '-'
  if (!isRow(value)) return showValue(value)
  const parts = Object.entries(value).filter(([, part]) => part !== null)
  return parts.map(([name, part]) => `${name} ${showValue(part)}`).join(', ')
}

function rowLines(rows: readonly JsonObject[]): string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return tableLines(
    columns,
    rows.map((row) => columns.map((column) => showValue(row[column]))),
  )
}

function toRows(value: unknown): readonly JsonObject[] | null {
  if (Array.isArray(value)) return value.every(isRow) && value.length > 0 ? value : null
  if (!isJsonObject(value)) return null
  const inner = Object.entries(value)
  if (inner.length === 0 || !inner.every(([, item]) => isRow(item))) return null
  return inner.map(([name, item]) => ({ name, ...(item as JsonObject) }))
}

function isRow(value: unknown): value is JsonObject {
  return isJsonObject(value) && !(value instanceof Date)
}
