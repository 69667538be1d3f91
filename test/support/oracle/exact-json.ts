/** JSON with numbers that JavaScript cannot hold: they travel as `JSON.rawJSON` objects, which JSON.stringify writes digit by digit. */
type Reviver = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown
const exactJson = JSON as unknown as {
  rawJSON(text: string): { rawJSON: string }
  isRawJSON(value: unknown): value is { rawJSON: string }
  parse(text: string, reviver: Reviver): unknown
}

export type JsonObject = Record<string, unknown>

/** A number exactly as written, such as `12345678901234567890` or `1.10`. */
export const exactNumber = (digits: string): unknown => exactJson.rawJSON(digits)
export const isExactNumber = (value: unknown): value is { rawJSON: string } => exactJson.isRawJSON(value)
export const isNumber = (value: unknown): boolean => typeof value === 'number' || isExactNumber(value)

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExactNumber(value)
}

/** Parses JSON without losing a digit or its spelling. */
export function parseExactly(text: string): unknown {
  return exactJson.parse(text, (_key, value, { source }) => {
    if (typeof value !== 'number' || source === undefined) return value
    return String(value) === source ? value : exactNumber(source)
  })
}

/** `1.10`, `1.1` and `11e-1` all become `11e-1`: the value without its spelling. */
export function canonicalNumber(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text)
  if (!match) return text
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = (whole + fraction).replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - significant.length)
  return `${sign}${significant}e${power}`
}

/** Which of two numbers comes first, digit by digit. */
export function compareNumbers(a: string, b: string): number {
  const [x, y] = [scaled(a), scaled(b)]
  const power = x.power < y.power ? x.power : y.power
  const difference = x.digits * 10n ** (x.power - power) - y.digits * 10n ** (y.power - power)
  return difference === 0n ? 0 : difference < 0n ? -1 : 1
}

function scaled(text: string): { digits: bigint; power: bigint } {
  const [digits = '0', power = '0'] = canonicalNumber(text).split('e')
  return { digits: BigInt(digits), power: BigInt(power) }
}

/** What PostgreSQL cannot store becomes U+FFFD: U+0000 and lone surrogates. */
export const storableText = (text: string): string => text.toWellFormed().replaceAll('\u0000', '\uFFFD')

/** Digits that PostgreSQL's numeric holds before and after the point. */
function isStorableNumber(text: string): boolean {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  return whole.length + Number(exponent) <= 131_072 && fraction.length - Number(exponent) <= 16_383
}

/** A deep copy in which every text and every key is storable; a number that is not is null. */
export function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value)
  if (isExactNumber(value)) return isStorableNumber(value.rawJSON) ? value : null
  if (Array.isArray(value)) return value.map(storableJson)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [storableText(key), storableJson(inner)]),
  )
}
