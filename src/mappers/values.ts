import { DateTime } from 'luxon'
import type { DeletionMark, MappingContext } from './model.ts'

/** Trimmed text; blank becomes null. */
export function text(value: string | null | undefined): string | null {
  const trimmed = value?.trim()
  return trimmed ? trimmed : null
}

const plainUtc = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/

/** A time as Gem writes it mostly, and as this module does: that the day exists can be read from its digits. */
const surely =
  /^[1-9]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/

/**
 * An ISO 8601 time as UTC with milliseconds (`2026-01-05T09:00:00.120Z`): a date alone is midnight UTC, a time
 * without zone is UTC. One that cannot be read becomes null and is counted as a warning.
 */
export function time(
  value: string | null | undefined,
  field: string,
  context: MappingContext,
): string | null {
  const trimmed = text(value)
  if (trimmed === null) return null
  const read = readTime(trimmed)
  if (read === null) context.warn(`${field}: not an ISO 8601 time`)
  return read
}

/** An ISO 8601 time as `time` gives it; null if it cannot be read. */
export function readTime(value: string): string | null {
  if (surely.test(value)) return value
  if (plainUtc.test(value)) {
    const instant = new Date(value)
    // Date rolls 30 February over to March where ISO 8601 knows no such day.
    if (!Number.isNaN(instant.getTime()) && instant.getUTCDate() === Number(value.slice(8, 10))) {
      return postgresTime(instant)
    }
  }
  // Luxon reads a time of day alone as today: a clock must not decide what a record says.
  if (/^(?:T|\d\d:)/i.test(value)) return null
  const read = DateTime.fromISO(value.toUpperCase().replace(/^(\S+) (?=\d\d:)/, '$1T'), { zone: 'utc' })
  return read.isValid ? postgresTime(read.toJSDate()) : null
}

/** PostgreSQL reads years beyond four digits without a sign, and years before the first only as BC. */
function postgresTime(instant: Date): string {
  const year = instant.getUTCFullYear()
  if (year >= 1 && year <= 9999) return instant.toISOString()
  const rest = instant.toISOString().replace(/^[+-]?\d+/, '')
  if (year > 9999) return `${year}${rest}`
  return `${String(1 - year).padStart(4, '0')}${rest} BC`
}

/** Milliseconds since 1970 of a time as `time` gives it. */
export function instantOf(time: string): number {
  const [, digits = '', rest = '', isBefore] = /^(\d+)(.*?)( BC)?$/.exec(time) ?? []
  const year = isBefore ? 1 - Number(digits) : Number(digits)
  return Date.parse(`${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}${rest}`)
}

/** Gem's mark of deletion; a time that cannot be read still means deleted. */
export function deletionMark(value: string | null | undefined, context: MappingContext): DeletionMark | null {
  if (text(value) === null) return null
  return { at: time(value, 'deleted_at', context) }
}

/** One of Gem's words as ours; an unknown word becomes null and is counted as a warning. */
export function translate<Value extends string>(
  word: string | null | undefined,
  words: Record<string, Value>,
  field: string,
  context: MappingContext,
): Value | null {
  const trimmed = text(word)
  if (trimmed === null) return null
  if (Object.hasOwn(words, trimmed)) return words[trimmed] ?? null
  context.warn(`${field}: unknown value`)
  return null
}

/** The elements of a mapped list without its nulls, each of which is counted as a warning. */
export function elements<Element>(
  list: readonly (Element | null)[] | null | undefined,
  field: string,
  context: MappingContext,
): Element[] {
  const present: Element[] = []
  for (const element of list ?? []) {
    if (element === null) context.warn(`${field}: null element`)
    else present.push(element)
  }
  return present
}
