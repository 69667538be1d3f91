import Table from 'cli-table3'
import { paint, paintState } from './colours.ts'

export function print(line: string): void {
  process.stdout.write(`${line}\n`)
}

/** Beside the result, which may be JSON. */
export function printWarning(line: string): void {
  process.stderr.write(`warning: ${line}\n`)
}

export function printJson(value: unknown): void {
  print(escapeControls(JSON.stringify(value, null, 2)))
}

/** A text of Gem's on one line, without characters that a terminal would obey or hide. */
export function toPrintable(text: string): string {
  return escapeControls(text.replaceAll('\n', '\\n'))
}

/** Control and format characters but the line break, as JSON writes them: they hide text, turn it, or move the cursor. */
function escapeControls(text: string): string {
  return text.replaceAll(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

export function printTable(head: readonly string[], rows: readonly (readonly unknown[])[]): void {
  for (const line of tableLines(head, rows)) print(line)
}

/** Columns by blanks alone: easy to read, and to cut with other tools. States have colours at a terminal. */
export function tableLines(head: readonly string[], rows: readonly (readonly unknown[])[]): string[] {
  const table = new Table({
    head: head.map((name) => paint('bold', name)),
    chars: Object.fromEntries(BORDERS.map((part) => [part, ''])),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
  })
  for (const row of rows) table.push(row.map((value) => paintState(showValue(value))))
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}

const BORDERS = [
  ...['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'],
  ...['left', 'left-mid', 'mid', 'mid-mid', 'right', 'right-mid', 'middle'],
] as const

export function showValue(value: unknown): string {
  if (value === null || value === undefined) return '-'
  if (value instanceof Date) return value.toISOString()
  return typeof value === 'string' ? value : JSON.stringify(value)
}
