import type { JsonObject } from '../../json.ts'
import { isRecord } from '../../mappers/json-type.ts'
import type { KeptFields } from '../../mappers/model.ts'

/** What stays of an object. `sync.kept_fields` says the same in SQL. */
export function keptFields(object: JsonObject, keeps: KeptFields): JsonObject {
  return Object.fromEntries(
    Object.entries(keeps).flatMap(([field, kept]) => {
      if (!Object.hasOwn(object, field)) return []
      const value = keptValue(object[field], kept)
      return value === undefined ? [] : [[field, value]]
    }),
  )
}

/** @returns undefined where nothing stays. */
function keptValue(value: unknown, kept: true | KeptFields): unknown {
  if (Array.isArray(value))
    return value.map((element) => keptValue(element, kept)).filter((element) => element !== undefined)
  if (value === null) return null
  if (kept === true) return isRecord(value) ? undefined : value
  return isRecord(value) ? keptFields(value, kept) : undefined
}
