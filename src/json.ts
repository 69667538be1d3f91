/** Any JSON value, as `JSON.parse` gives it (numbers beyond double precision as `JSON.rawJSON`). */
export type JsonObject = { readonly [key: string]: unknown }

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** JSON in UTF-8, from byte `start` to before byte `end`. */
export interface JsonText {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}
