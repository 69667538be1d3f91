/** What a list can be filtered by; Gem ignores a name it does not know and sends the whole list. */
export type FilterValue = string | number | boolean | Date

/** Filters in Gem's writing: booleans as words, times as ISO 8601 in UTC (never the CRM API's unix seconds). */
export function toQuery(filters: Record<string, FilterValue | null | undefined>): Record<string, string> {
  const query: Record<string, string> = {}
  for (const [name, value] of Object.entries(filters)) {
    if (value === null || value === undefined) continue
    query[name] = value instanceof Date ? value.toISOString() : String(value)
  }
  return query
}
