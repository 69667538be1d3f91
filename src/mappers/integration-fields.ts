import { JSONPathEnvironment, type JSONPathQuery, type JSONValue } from 'json-p3'
import { z } from 'zod'
import type { JsonObject } from '../json.ts'
import type { MainTable } from '../streams.ts'
import { jsonList } from './columns.ts'
import { isRawNumber } from './json-type.ts'
import type { IntegrationField, MappingContext } from './model.ts'
import { maxDepth } from './sanitise.ts'

/** The column of every model that settings can give integration fields. */
export const integrationFieldsColumn = jsonList(
  "Fields that the account's settings pick out of remote_data, in their order: {key, label, value}",
  z.object({ key: z.string(), label: z.string(), value: z.unknown() }),
)

/** The settings' fields of a model, read from a record as `remote_data` holds it. */
export function integrationFields(model: MainTable, record: JsonObject, context: MappingContext) {
  const fields = fieldsOf(context.settings.integrationFields, model)
  return fields.map(({ key, label, query }) => ({ key, label, value: read(query, record, key, context) }))
}

/**
 * Compiles a JSONPath (RFC 9535).
 *
 * @throws Error that says where the path is wrong.
 */
export function compileJsonPath(path: string): JSONPathQuery {
  return environment.compile(path)
}

class GemEnvironment extends JSONPathEnvironment {
  /** A number that is kept digit by digit is an object only for JavaScript: there is nothing in it to find. */
  override entries(value: { [key: string]: JSONValue }): [string, JSONValue][] {
    return isRawNumber(value) ? [] : super.entries(value)
  }
}

// `..` counts a level more than `maxDepth` does: the value at the deepest one.
const environment = new GemEnvironment({ maxRecursionDepth: maxDepth + 2 })

interface CompiledField extends IntegrationField {
  readonly query: JSONPathQuery | null
}

type CompiledFields = Partial<Record<MainTable, CompiledField[]>>

const compiled = new WeakMap<readonly IntegrationField[], CompiledFields>()

function fieldsOf(fields: readonly IntegrationField[], model: MainTable): readonly CompiledField[] {
  let byModel = compiled.get(fields)
  if (byModel === undefined) {
    byModel = Object.groupBy(fields.map(compile), (field) => field.model)
    compiled.set(fields, byModel)
  }
  return byModel[model] ?? []
}

/** Settings are checked where they are set; a path that slipped through costs its value, not the record. */
function compile(field: IntegrationField): CompiledField {
  try {
    return { ...field, query: compileJsonPath(field.path) }
  } catch {
    return { ...field, query: null }
  }
}

/** What a singular query finds, or null; all that any other query finds, as a list. */
function read(
  query: JSONPathQuery | null,
  record: JsonObject,
  key: string,
  context: MappingContext,
): unknown {
  try {
    const values = query?.query(record as JSONValue).values()
    if (values !== undefined) return query?.singularQuery() ? (values[0] ?? null) : values
  } catch {
    // json-p3 gives up on lists of more than about 100,000 elements.
  }
  context.warn(`integration field ${key}: its path cannot be applied`)
  return null
}
