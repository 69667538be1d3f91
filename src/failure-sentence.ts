/** PostgreSQL's classes of codes whose messages quote values of rows: 22 bad data, 23 constraints. */
const QUOTES_VALUES = /^2[23][0-9A-Z]{3}$/
const LONGEST = 4_000

/** An error as one line for people: without its stack, what it holds besides its message, and a record's values. */
export function sentenceOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '' && error.errors.length > 0) {
    return sentenceOf(error.errors[0])
  }
  if (!(error instanceof Error)) return oneLine(String(error))
  return oneLine(safeMessage(error)) || error.name
}

/** The message, unless it may quote values of a record. */
export function safeMessage(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  return QUOTES_VALUES.test(code) ? `PostgreSQL refused a value (${code})` : error.message
}

/** Where an error comes from, with its causes. */
export function stackOf(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return `${error.stack ?? error.message}${cause}`
}

export function oneLine(text: string): string {
  const line = text.trim().replace(/\s*\n\s*/g, ' ')
  return line.length > LONGEST ? `${line.slice(0, LONGEST)} …` : line
}
