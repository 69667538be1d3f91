import { TryAgainError } from '../errors.ts'
import type { Answer } from './answer.ts'
import { type Call, describeCall } from './call.ts'
import { parseExactJson } from './exact-json.ts'
import { cutNesting } from './nesting.ts'

export interface Parsed<Value> {
  value: Value
  needsSanitising: boolean
  wasCut: boolean
}

/** Raw NULs are no JSON and UTF-8 has no surrogates: both can only come as escapes. */
const NUL_OR_SURROGATE = /\\u(?:0000|d[89a-f][0-9a-f]{2})/i

/** Gem's lists are bare arrays. Throws TryAgainError for anything else. */
export function parsePage(call: Call, answer: Answer): Parsed<unknown[]> {
  const { value, ...rest } = parse(call, answer.text)
  if (!Array.isArray(value)) throw new TryAgainError(`${describeCall(call)}: the answer is not a JSON array`)
  return { value, ...rest }
}

/** Gem's items are bare objects. Throws TryAgainError for anything else. */
export function parseItem(call: Call, answer: Answer): Parsed<object> {
  const { value, ...rest } = parse(call, answer.text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TryAgainError(`${describeCall(call)}: the answer is not a JSON object`)
  }
  return { value, ...rest }
}

function parse(call: Call, text: string): Parsed<unknown> {
  const needsSanitising = NUL_OR_SURROGATE.test(text)
  const shallow = cutNesting(text)
  try {
    return { value: parseExactJson(shallow), needsSanitising, wasCut: shallow !== text }
  } catch {
    // The error's own text quotes the body, which holds personal data.
    throw notJson(call, text)
  }
}

/** A body that begins as JSON and does not end as JSON was cut on its way: a shorter one may come through. */
function notJson(call: Call, text: string): TryAgainError {
  const trimmed = text.trim()
  const isTruncated = /^[[{]/.test(trimmed) && !/[\]}]$/.test(trimmed)
  if (isTruncated)
    return new TryAgainError(`${describeCall(call)}: the JSON is truncated`, { smallerPage: true })
  const kind = trimmed === '' ? 'empty' : trimmed.startsWith('<') ? 'HTML' : 'not valid JSON'
  return new TryAgainError(`${describeCall(call)}: the answer is ${kind}`)
}
