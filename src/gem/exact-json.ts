/** What Node 24 has and TypeScript's library does not name yet (proposal-json-parse-with-source). */
interface JsonWithSource {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown
  rawJSON(text: string): object
}

const jsonWithSource = JSON as unknown as JsonWithSource

/**
 * Where a number may stand that a double may not hold, or that is long once its exponent is written out: 16 characters of
 * digits or more, or an exponent of two digits. It also hits some strings, which costs time only.
 */
const LONG_NUMBER = /[:,[]\s*-?(?:\d[\d.]{15,}|\d[\d.]*[eE][-+]?\d{2})/

/** No double needs as many characters: what is longer is kept without a look at its digits. */
const LONG = 1000

/** Whether a text may hold numbers that a double cannot hold. */
export const mayHoldLongNumbers = (text: string) => LONG_NUMBER.test(text)

/**
 * `JSON.parse`, but numbers that a double cannot hold become `JSON.rawJSON` objects, which `JSON.stringify` writes
 * with the digits they came with. Throws SyntaxError, whose message quotes the text: never pass that on.
 */
export function parseExactJson(text: string): unknown {
  if (!mayHoldLongNumbers(text)) return JSON.parse(text)
  return jsonWithSource.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined ? exactNumber(value, source) : value,
  )
}

function exactNumber(value: number, source: string): number | object {
  return source.length > LONG || losesDigits(value, source) ? jsonWithSource.rawJSON(source) : value
}

function exponentOf(number: string): number {
  return Number(/e(.*)$/i.exec(number)?.[1] ?? '0')
}

function losesDigits(value: number, source: string): boolean {
  return !Number.isFinite(value) || significance(String(value)) !== significance(source)
}

/** Sign, significant digits and power of ten: equal for two writings of the same decimal number. */
function significance(number: string): string {
  const [mantissa = ''] = number.toLowerCase().split('e')
  const sign = mantissa.startsWith('-') ? '-' : ''
  const [whole = '', fraction = ''] = mantissa.replace('-', '').split('.')
  const digits = (whole + fraction).replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  const power = exponentOf(number) - fraction.length + (digits.length - significant.length)
  return `${sign}${significant}e${power}`
}
