import { isJsonObject, type JsonObject } from '../json.ts'
import { print, printTable, showValue } from './output.ts'

/**
 * Shows an object as it comes: plain values as lines, lists of objects (and objects of objects) as tables. So the
 * status of a workflow can grow without this growing too.
 */
export function showObject(object: JsonObject): void {
  const entries = Object.entries(object)
  const plain = entries.filter(([, value]) => toRows(value) === null)
  for (const [name, value] of plain) print(`${name}: ${showInLine(value)}`)
  for (const [name, value] of entries) {
    const rows = toRows(value)
    if (rows === null || rows.length === 0) continue
    print('')
    print(`${name}:`)
    showRows(rows)
  }
}

/** `mode full, at 2026-01-01T00:00:00.000Z` */
function showInLine(value: unknown): string {
  if (Array.isArray(value) && value.length === 0) return '-'
  if (!isRow(value)) return showValue(value)
  const parts = Object.entries(value).filter(([, part]) => part !== null)
  return parts.map(([name, part]) => `${name} ${showValue(part)}`).join(', ')
}

function showRows(rows: readonly JsonObject[]): void {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  printTable(
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
