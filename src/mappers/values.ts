import { readTime } from './iso-time.ts'
import type { DeletionMark, MappingContext } from './model.ts'

/** Trimmed text; blank becomes null. */
export function text(value: string | null | undefined): string | null {
  const trimmed = value?.trim()
  return trimmed ? trimmed : null
}

/**
 * An ISO 8601 time as UTC with milliseconds (`2026-01-05T09:00:00.120Z`): a date alone is midnight UTC, a time
 * without zone is UTC. One that cannot be read, or that PostgreSQL cannot store, becomes null and is counted as a warning.
 */
export function time(
  value: string | null | undefined,
  field: string,
  context: MappingContext,
): string | null {
  const trimmed = text(value)
  if (trimmed === null) return null
  const read = readTime(trimmed)
  if (read === null) context.warn(`${field}: not a time that can be stored`)
  return read
}

/** A number as an `integer` column holds it; one that does not fit becomes null and is counted as a warning. */
export function integer(
  value: number | null | undefined,
  field: string,
  context: MappingContext,
): number | null {
  if (value === null || value === undefined) return null
  if (Number.isInteger(value) && value >= -(2 ** 31) && value < 2 ** 31) return value
  context.warn(`${field}: no integer that fits`)
  return null
}

/** The digits of a number, also of one that is kept digit by digit because a double cannot hold it. */
export const numberText = (value: number | null | undefined): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value)

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
