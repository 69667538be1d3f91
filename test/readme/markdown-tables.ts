/** The text below a heading of the second level, up to the next one. */
export function sectionOf(text: string, heading: string): string {
  const start = text.indexOf(`\n## ${heading}\n`)
  return start < 0 ? '' : (text.slice(start + 1).split('\n## ', 1)[0] ?? '')
}

/** The cells of the rows of the first table of a text, the table's head left out. */
export function firstTable(text: string): string[][] {
  const table = /(?:^\|.*\n)+/m.exec(text)?.[0] ?? ''
  const rows = table.trim().split('\n').slice(2)
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

/** The code spans of a text. */
export const spansOf = (text: string): string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].map((match) => String(match[1]))
