import { isExactNumber, isNumber, isObject, type JsonObject, storableText } from './exact-json.ts'
import { readTime } from './iso-time.ts'
import { ANY_TIME, type GemRecord } from './types.ts'

/** The record cannot be mapped; it belongs into `sync.rejected_records`. */
export class Rejected extends Error {}

/** Absent and null are the same; what `Object.prototype` holds is not there. */
function field(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? (object[key] ?? null) : null
}

function typed<T>(object: JsonObject, key: string, is: (value: unknown) => value is T): T | null {
  const value = field(object, key)
  if (value === null) return null
  if (!is(value)) throw new Rejected(`${key} has another type than Gem's`)
  return value
}

const isString = (value: unknown): value is string => typeof value === 'string'
const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'
const isList = (value: unknown): value is unknown[] => Array.isArray(value)

/** An id: byte for byte. */
export const idOf = (object: JsonObject, key: string): string | null => typed(object, key, isString)

export function cleanText(value: string): string | null {
  const trimmed = storableText(value).trim()
  return trimmed === '' ? null : trimmed
}

export function text(object: JsonObject, key: string): string | null {
  const value = typed(object, key, isString)
  return value === null ? null : cleanText(value)
}

export const flag = (object: JsonObject, key: string): boolean | null => typed(object, key, isBoolean)
export const inner = (object: JsonObject, key: string): JsonObject | null => typed(object, key, isObject)
/** A list as sent, null elements included. */
export const list = (object: JsonObject, key: string): unknown[] | null => typed(object, key, isList)

/** The objects of a list: null elements are dropped, other types reject. */
export function objects(object: JsonObject, key: string): JsonObject[] {
  const elements = (list(object, key) ?? []).filter((element) => element !== null)
  if (!elements.every(isObject)) throw new Rejected(`${key} holds something that is no object`)
  return elements
}

export function texts(object: JsonObject, key: string): string[] {
  const elements = (list(object, key) ?? []).filter((element) => element !== null)
  if (!elements.every(isString)) throw new Rejected(`${key} holds something that is no text`)
  return elements
}

/** What only orders may be any number. */
export function number(object: JsonObject, key: string): string | null {
  const value = typed(object, key, (candidate): candidate is unknown => isNumber(candidate))
  if (value === null) return null
  return isExactNumber(value) ? value.rawJSON : String(value)
}

/** PostgreSQL's timestamps begin on 4714-11-24 BC. */
const FIRST_TIMESTAMP = -210_866_803_200_000

/** Null where it cannot be read, or not be stored. */
export function time(object: JsonObject, key: string): Date | null {
  const text = typed(object, key, isString)
  const value = text === null ? null : readTime(text)
  return value !== null && value.getTime() < FIRST_TIMESTAMP ? null : value
}

function deletionTime(object: JsonObject): Date | typeof ANY_TIME | null {
  const value = typed(object, 'deleted_at', isString)
  if (value === null || value.trim() === '') return null
  return time(object, 'deleted_at') ?? ANY_TIME
}

/** The id of a record if it can be a `remote_id`. */
export function readableId(raw: unknown): string | null {
  const id = isObject(raw) ? field(raw, 'id') : null
  if (!isString(id) || id === '' || id.includes('\u0000') || !id.isWellFormed()) return null
  return Buffer.byteLength(id) > 1000 ? null : id
}

export function readRecord(raw: unknown): GemRecord {
  const remoteId = readableId(raw)
  if (!isObject(raw) || remoteId === null) throw new Rejected('no object, or no usable id')
  return { remoteId, raw, deletedAt: deletionTime(raw) }
}

/** Text of an enumeration; what is not known becomes null. */
export function known<T>(value: string | null, values: Record<string, T>): T | null {
  return value !== null && Object.hasOwn(values, value) ? (values[value] ?? null) : null
}

/** Bytewise, as `collate "C"` orders. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
