import { createWorld } from '../../../src/embedded/simulated-gem/world.ts'
import { createWorldState } from '../../../src/embedded/simulated-gem/world-state.ts'
import { isJsonObject, type JsonObject } from '../../../src/json.ts'
import { type StreamName, streamNames } from '../../../src/streams.ts'

export type Lists = Readonly<Record<StreamName, readonly JsonObject[]>>

/** Valid records as the simulated Gem makes them. */
export function validLists(seed: number, candidates: number): Lists {
  const world = createWorld(createWorldState(seed, candidates, () => new Date()))
  const lists = streamNames.map((stream) => [stream, [...world.objects(stream)].filter(isJsonObject)])
  return Object.fromEntries(lists) as Lists
}

/** The same records, with something in each field that is ever filled: there is more to change in them. */
export function filled(lists: Lists): Lists {
  const streams = Object.entries(lists).map(([stream, records]) => {
    const examples = Object.assign({}, ...records.map(filledFields)) as JsonObject
    // A mark of deletion is no field like others.
    const { deleted_at: _, ...fields } = examples
    return [stream, records.map((record) => ({ ...fields, ...filledFields(record) }))]
  })
  return Object.fromEntries(streams) as Lists
}

function filledFields(record: JsonObject): JsonObject {
  const isFilled = (value: unknown) => value !== null && !(typeof value === 'object' && isEmpty(value))
  return Object.fromEntries(Object.entries(record).filter(([, value]) => isFilled(value)))
}

const isEmpty = (value: object) => Object.keys(value).length === 0

/** The same records under other ids: nothing that refers to one of the others can mean one of these. */
export function apart(lists: Lists): Lists {
  const renamed = JSON.stringify(lists, (key, value) =>
    typeof value === 'string' && /^id$|_id$/.test(key) ? `apart ${value}` : value,
  )
  return JSON.parse(renamed) as Lists
}

export const idsOf = (lists: Lists): string[] =>
  Object.values(lists).flatMap((records) => records.map((record) => String(record.id)))
