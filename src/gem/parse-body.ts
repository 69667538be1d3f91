import { type SmallerPage, TryAgainError } from '../errors.ts'
import { textOf } from './answer.ts'
import { type Call, describeCall } from './call.ts'
import { mayHoldLongNumbers, parseExactJson } from './exact-json.ts'
import { cutNesting } from './nesting.ts'
import { type RecordText, readRecordTexts } from './record-text.ts'

export interface Parsed<Value> {
  readonly value: Value
  /**
   * There may be what `sanitise` looks for: strings with NUL or lone surrogates, values that lie deep, numbers that are
   * kept digit by digit.
   */
  readonly needsSanitising: boolean
  /** Values nested deeper than `MAX_DEPTH` were replaced by null. */
  readonly wasCut: boolean
}

/** Why a body is not what was asked for; it quotes nothing of it. */
export interface Unreadable {
  readonly problem: string
  readonly smallerPage: SmallerPage
}

/** Raw NULs are no JSON and UTF-8 has no surrogates: both can only come as escapes. */
const NUL_OR_SURROGATE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i

/** Levels that need no second look; Gem nests about 8. */
const USUAL_DEPTH = 100

export interface ParsedPage extends Parsed<unknown[]> {
  /** The records' own texts, one by one; null where they cannot be taken as they are. */
  readonly texts: readonly RecordText[] | null
}

/**
 * Gem's lists are bare arrays.
 *
 * @param body UTF-8
 * @param embeds see `readRecordTexts`
 */
export function parsePage(body: Buffer, embeds?: string): ParsedPage | Unreadable {
  return parseEach(body, embeds) ?? parseWhole(body)
}

/** Record by record. Null where the page has to be looked at as a whole. */
function parseEach(body: Buffer, embeds: string | undefined): ParsedPage | null {
  const texts = readRecordTexts(body, embeds)
  if (texts === null) return null
  try {
    const value = texts.map(({ start, end }) => JSON.parse(body.toString('utf8', start, end)) as unknown)
    return { value, texts, needsSanitising: false, wasCut: false }
  } catch {
    // What is wrong with it, and whether a smaller page helps, the whole tells.
    return null
  }
}

function parseWhole(body: Buffer): ParsedPage | Unreadable {
  const parsed = parse(body)
  if ('problem' in parsed) return parsed
  const { value, ...rest } = parsed
  return Array.isArray(value) ? { value, texts: null, ...rest } : unreadable('the answer is not a JSON array')
}

/** Gem's items are bare objects. @param body UTF-8 */
export function parseItem(body: Uint8Array): Parsed<object> | Unreadable {
  const parsed = parse(body)
  if ('problem' in parsed) return parsed
  const { value, ...rest } = parsed
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? { value, ...rest } : unreadable('the answer is not a JSON object')
}

function parse(body: Uint8Array): Parsed<unknown> | Unreadable {
  const text = textOf(body)
  const { text: shallow, depth } = cutNesting(text)
  const hasLongNumbers = mayHoldLongNumbers(shallow)
  const needsSanitising = hasLongNumbers || depth > USUAL_DEPTH || NUL_OR_SURROGATE.test(text)
  try {
    const value: unknown = hasLongNumbers ? parseExactJson(shallow) : JSON.parse(shallow)
    return { value, needsSanitising, wasCut: shallow !== text }
  } catch {
    // The error's own text quotes the body, which holds personal data.
    return notJson(text)
  }
}

/** A body that begins as JSON and does not end as JSON was cut on its way: a shorter one may come through. */
function notJson(text: string): Unreadable {
  const trimmed = text.trim()
  const isTruncated = /^[[{]/.test(trimmed) && !/[\]}]$/.test(trimmed)
  if (isTruncated) return unreadable('the JSON is truncated', 'if repeated')
  const kind = trimmed === '' ? 'empty' : trimmed.startsWith('<') ? 'HTML' : 'not valid JSON'
  return unreadable(`the answer is ${kind}`)
}

/** @throws TryAgainError for a body that could not be read. */
export function readable<Read extends object>(
  call: Pick<Call, 'label' | 'page' | 'perPage'>,
  read: Read | Unreadable,
): Read {
  if (!('problem' in read)) return read
  throw new TryAgainError(`${describeCall(call)}: ${read.problem}`, { smallerPage: read.smallerPage })
}

const unreadable = (problem: string, smallerPage: SmallerPage = 'no'): Unreadable => ({
  problem,
  smallerPage,
})
