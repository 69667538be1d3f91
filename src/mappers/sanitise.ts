import type { JsonObject } from '../json.ts'
import { isRawNumber } from './json-type.ts'
import { NumberDigits } from './number-digits.ts'

/**
 * Levels of nesting that are read. PostgreSQL, JSON.stringify and every recursion on the way give up somewhere
 * beyond (PostgreSQL at about 6,000); nothing that a person enters comes near.
 */
export const maxDepth = 1000

export interface Sanitised {
  /** The same object if nothing had to change. What lies too deep is null in it, as are numbers of too many digits. */
  readonly value: unknown
  /** Why PostgreSQL cannot store it as it is; null: it can. */
  readonly problem: string | null
  /** Whether there is a number that is kept digit by digit. */
  readonly rawNumbers: boolean
}

/** Whether PostgreSQL can store a text: it has no U+0000 and, its encoding being UTF-8, no lone surrogates. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed()
}

/** The text with U+FFFD in place of each character that PostgreSQL cannot store. */
export function storable(text: string): string {
  return isStorable(text) ? text : text.toWellFormed().replaceAll('\0', '\uFFFD')
}

/** Makes a JSON value storable: strings and keys, at any depth up to `maxDepth`. */
export function sanitise(value: unknown): Sanitised {
  const found: Found = { tooDeep: false, rawNumbers: false, digits: new NumberDigits() }
  const cleaned = clean(value, 0, found)
  const problem = found.tooDeep ? 'nested too deeply' : found.digits.problem
  return { value: cleaned, problem, rawNumbers: found.rawNumbers }
}

/** What `sanitise` would say of a value that is known to hold nothing to replace. */
export const asItIs = (value: unknown): Sanitised => ({ value, problem: null, rawNumbers: false })

interface Found {
  tooDeep: boolean
  rawNumbers: boolean
  readonly digits: NumberDigits
}

function clean(value: unknown, depth: number, found: Found): unknown {
  if (typeof value === 'string') return storable(value)
  if (typeof value === 'number') return found.digits.take(String(value)) ? value : null
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return depth < maxDepth ? cleanList(value, depth, found) : cut(found)
  if (isRawNumber(value)) {
    found.rawNumbers = true
    return found.digits.take(JSON.stringify(value)) ? value : null
  }
  return depth < maxDepth ? cleanObject(value as JsonObject, depth, found) : cut(found)
}

function cut(found: Found): null {
  found.tooDeep = true
  return null
}

function cleanList(list: readonly unknown[], depth: number, found: Found) {
  let copy: unknown[] | undefined
  for (let index = 0; index < list.length; index++) {
    const result = clean(list[index], depth + 1, found)
    if (result === list[index]) continue
    copy ??= [...list]
    copy[index] = result
  }
  return copy ?? list
}

function cleanObject(object: JsonObject, depth: number, found: Found) {
  let changed = false
  const results: unknown[] = []
  const keys = Object.keys(object)
  for (const key of keys) {
    const result = clean(object[key], depth + 1, found)
    changed ||= result !== object[key] || !isStorable(key)
    results.push(result)
  }
  // fromEntries keeps a key `__proto__` a key.
  return changed ? Object.fromEntries(keys.map((key, index) => [storable(key), results[index]])) : object
}
