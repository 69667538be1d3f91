import { type MainTable, mainTables } from '../streams.ts'
import type { Resync, ResyncInput } from './messages.ts'
import { Undecodable } from './payload-converter.ts'

/** Reads the inputs of a message: one, or none. @returns the request, or in words what is wrong with it. */
export function readResyncs(inputs: readonly unknown[], trigger: 'signal' | 'update'): Resync | string {
  if (inputs.length > 1) return `expected one input, found ${inputs.length}`
  return readResync(inputs[0], trigger)
}

/**
 * Reads what a person sent. Everything may be left out: the default is a full sync of all models; `since` alone means
 * a delta from then.
 *
 * @returns the request, or in words what is wrong with it.
 */
export function readResync(input: unknown, trigger: 'signal' | 'update'): Resync | string {
  if (input === undefined || input === null) return readResync({}, trigger)
  if (input instanceof Undecodable)
    return `its payload cannot be decoded (encoding ${input.why}): expected JSON`
  if (typeof input !== 'object' || Array.isArray(input) || ArrayBuffer.isView(input)) {
    return 'expected an object such as {"mode":"full"}'
  }
  const unknown = Object.keys(input).find((key) => !fields.includes(key))
  if (unknown !== undefined)
    return `unknown field ${JSON.stringify(unknown.slice(0, 50))}: known are ${fields.join(', ')}`
  const { mode, models, since, confirmDeletions } = input as Record<string, unknown>
  const problem = problemOf({ mode, models, since, confirmDeletions })
  if (problem !== null) return problem
  return requestOf({ mode, models, since, confirmDeletions } as ResyncInput, trigger)
}

function requestOf(
  { mode, models, since, confirmDeletions = false }: ResyncInput,
  trigger: Resync['trigger'],
): Resync {
  const wanted = mode ?? (since === undefined ? 'full' : 'delta')
  return {
    mode: wanted,
    models: models ?? null,
    since: since === undefined ? null : readTime(since),
    fromWatermark: wanted === 'delta' && since === undefined,
    confirmedModels: confirmDeletions ? (models ?? []) : [],
    trigger,
  }
}

const fields = ['mode', 'models', 'since', 'confirmDeletions']

function problemOf({ mode, models, since, confirmDeletions }: Record<string, unknown>): string | null {
  if (mode !== undefined && mode !== 'full' && mode !== 'delta') return 'mode: expected "full" or "delta"'
  if (models !== undefined && !isModelList(models)) {
    return `models: expected a list of some of ${mainTables.join(', ')}`
  }
  if (since !== undefined && readTime(since) === null) {
    return 'since: expected an ISO 8601 time such as 2026-01-31T00:00:00Z'
  }
  if (confirmDeletions !== undefined && typeof confirmDeletions !== 'boolean') {
    return 'confirmDeletions: expected true or false'
  }
  if (confirmDeletions === true) {
    if (mode === 'delta' || since !== undefined)
      return 'confirmDeletions: only a full sync can tell what is deleted; leave since out, and mode out or "full"'
    if (models === undefined)
      return 'confirmDeletions: name the models whose deletions are confirmed, such as "models":["candidates"]'
  }
  if (since !== undefined && mode === 'full')
    return 'since: a full sync reads everything; leave since or mode out'
  return null
}

function isModelList(value: unknown): value is MainTable[] {
  return Array.isArray(value) && value.length > 0 && value.every((model) => mainTables.includes(model))
}

const isoTime = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/i

/** Time as ISO 8601 in UTC, which times without a zone are taken to be in: workers in other zones must read the same. */
function readTime(text: unknown): string | null {
  const match = typeof text === 'string' ? isoTime.exec(text) : null
  if (match === null) return null
  const [time, timeOfDay, , , zone] = match
  const instant = new Date(timeOfDay !== undefined && zone === undefined ? `${time}Z` : time)
  if (Number.isNaN(instant.getTime())) return null
  const utc = instant.toISOString()
  // Times are compared as text, and Gem reads years of four digits only.
  return utc.length === 24 ? utc : null
}
