import { isJsonObject, type JsonObject } from '../json.ts'

// In the language since V8 11.4, in TypeScript's libraries not yet.
const { isRawJSON } = JSON as JSON & { isRawJSON(value: unknown): boolean }

/** A number that the Gem client keeps digit by digit (`JSON.rawJSON`), because a double cannot hold it. */
export const isRawNumber = (value: unknown): boolean => isRawJSON(value)

/** An object of JSON: `isJsonObject` without the objects that stand for numbers. */
export function isRecord(value: unknown): value is JsonObject {
  return isJsonObject(value) && !isRawJSON(value)
}

/** JSON's name for the type of a value, `nothing` for undefined. */
export function jsonType(value: unknown): string {
  if (value === null) return 'null'
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'array'
  if (isRawJSON(value)) return 'number'
  return typeof value
}

/** A copy in which numbers that are kept digit by digit are the nearest doubles. */
export function withDoubles(value: unknown): unknown {
  if (isRawJSON(value)) return nearest(Number(JSON.stringify(value)))
  if (Array.isArray(value)) return value.map(withDoubles)
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, withDoubles(field)]))
}

/** For zod, what no double comes near would be no number. */
const nearest = (double: number) => (Number.isFinite(double) ? double : Math.sign(double) * Number.MAX_VALUE)
