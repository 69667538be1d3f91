import type { RunMode, RunTrigger } from '../database/database-types.ts'
import { type MainTable, mainTables } from '../streams.ts'
import type { Resync } from './messages.ts'
import { Undecodable } from './payload-converter.ts'

/** What waits to be synced, by model: requests that wait together become one. */
export type ResyncQueue = Partial<Record<MainTable, QueuedResync>>

export interface QueuedResync {
  readonly mode: RunMode
  readonly since: string | null
  readonly confirmDeletions: boolean
  readonly trigger: RunTrigger
}

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
  if (input === undefined || input === null) {
    return { mode: 'full', models: null, since: null, confirmDeletions: false, trigger }
  }
  if (input instanceof Undecodable)
    return `its payload cannot be decoded (encoding ${input.why}): expected JSON`
  if (typeof input !== 'object' || Array.isArray(input) || ArrayBuffer.isView(input)) {
    return 'expected an object such as {"mode":"full"}'
  }
  const unknown = Object.keys(input).find((key) => !fields.includes(key))
  if (unknown !== undefined)
    return `unknown field ${JSON.stringify(unknown.slice(0, 50))}: known are ${fields.join(', ')}`
  const { mode, models, since, confirmDeletions } = input as Record<string, unknown>
  return (
    problemOf({ mode, models, since, confirmDeletions }) ?? {
      mode: (mode as RunMode | undefined) ?? (since === undefined ? 'full' : 'delta'),
      models: (models as MainTable[] | undefined) ?? null,
      since: since === undefined ? null : readTime(since),
      confirmDeletions: confirmDeletions === true,
      trigger,
    }
  )
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
  if (since !== undefined && mode === 'full')
    return 'since: a full sync reads everything; leave since or mode out'
  if (confirmDeletions !== undefined && typeof confirmDeletions !== 'boolean') {
    return 'confirmDeletions: expected true or false'
  }
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

/** Adds a request to those that wait: full beats delta, the earlier `since` wins, confirmations add up. */
export function enqueue(queue: ResyncQueue, resync: Resync): ResyncQueue {
  const merged = { ...queue }
  for (const model of resync.models ?? mainTables) merged[model] = mergeTwo(merged[model], resync)
  return merged
}

function mergeTwo(waiting: QueuedResync | undefined, resync: Resync): QueuedResync {
  const { mode, since, confirmDeletions, trigger } = resync
  if (waiting === undefined) return { mode, since, confirmDeletions, trigger }
  const full = waiting.mode === 'full' || mode === 'full'
  return {
    mode: full ? 'full' : 'delta',
    since: full ? null : earlier(waiting.since, since),
    confirmDeletions: waiting.confirmDeletions || confirmDeletions,
    trigger: waiting.trigger,
  }
}

/** Null is no wish of its own: from where the last run began. */
function earlier(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  return one < other ? one : other
}

/** What waits, as requests: models that wait for the same thing are one. */
export function queuedResyncs(queue: ResyncQueue): Resync[] {
  const groups = new Map<string, Resync>()
  for (const model of mainTables) {
    const waiting = queue[model]
    if (waiting === undefined) continue
    const key = JSON.stringify([waiting.mode, waiting.since, waiting.confirmDeletions])
    const group = groups.get(key)
    groups.set(key, { ...(group ?? waiting), models: [...(group?.models ?? []), model] })
  }
  // Fulls first: a delta of a model that derives from a full one finds it up to date.
  return [...groups.values()].sort(
    (one, other) => Number(one.mode === 'delta') - Number(other.mode === 'delta'),
  )
}

/** Takes the next request out of the queue; null if nothing waits. */
export function dequeue(queue: ResyncQueue): { next: Resync; rest: ResyncQueue } | null {
  const [next] = queuedResyncs(queue)
  if (next === undefined) return null
  const rest = { ...queue }
  for (const model of next.models ?? []) delete rest[model]
  return { next, rest }
}
