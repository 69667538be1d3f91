import type { RunMode, RunTrigger } from '../database/database-types.ts'
import { type MainTable, mainTables } from '../streams.ts'
import type { QueuedSync, Resync } from './messages.ts'

/** What waits to be synced: at most one full and one delta. Requests that wait together become one. */
export type ResyncQueue = Partial<Record<RunMode, QueuedResync>>

export interface QueuedResync extends QueuedSync {
  readonly trigger: RunTrigger
  /** Some request named no time: the delta must not begin after the watermark, whatever `since` says. */
  readonly fromWatermark: boolean
}

export interface Enqueued {
  readonly queue: ResyncQueue
  /** Id of the run that will do what was asked for. */
  readonly syncId: string
  /** That run waited already. */
  readonly alreadyQueued: boolean
}

/**
 * Adds a request to those that wait. It joins the entry of its mode; what a waiting full reads needs no delta, whichever
 * of the two was asked for first.
 */
export function enqueue(queue: ResyncQueue, resync: Resync, newId: () => string): Enqueued {
  const wanted = resync.models ?? mainTables
  if (resync.mode === 'full') {
    const full = join(queue.full, resync, wanted, newId)
    const delta = queue.delta && without(queue.delta, full.models)
    return {
      queue: delta ? { full, delta } : { full },
      syncId: full.id,
      alreadyQueued: queue.full !== undefined,
    }
  }
  const { full } = queue
  const left = wanted.filter((model) => !full?.models.includes(model))
  if (full && left.length === 0) return { queue, syncId: full.id, alreadyQueued: true }
  const delta = join(queue.delta, resync, left, newId)
  return { queue: { ...queue, delta }, syncId: delta.id, alreadyQueued: queue.delta !== undefined }
}

/** The earlier `since` wins. Deletions are confirmed for the models of the requests that confirmed them, and no others. */
function join(
  waiting: QueuedResync | undefined,
  { mode, since, fromWatermark, confirmedModels, trigger }: Resync,
  models: readonly MainTable[],
  newId: () => string,
): QueuedResync {
  if (waiting === undefined)
    return { id: newId(), mode, models: inOrder(models), since, fromWatermark, confirmedModels, trigger }
  return {
    ...waiting,
    models: inOrder([...waiting.models, ...models]),
    since: earlier(waiting.since, since),
    fromWatermark: waiting.fromWatermark || fromWatermark,
    confirmedModels: inOrder([...waiting.confirmedModels, ...confirmedModels]),
  }
}

function without(delta: QueuedResync, models: readonly MainTable[]): QueuedResync | null {
  const left = delta.models.filter((model) => !models.includes(model))
  return left.length === 0 ? null : { ...delta, models: left }
}

const inOrder = (models: readonly MainTable[]) => mainTables.filter((table) => models.includes(table))

/** Null names no time of its own. */
function earlier(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other
  return one < other ? one : other
}

/** What waits, in the order in which it runs: a delta of a model that derives from a full one finds it up to date. */
export const queued = ({ full, delta }: ResyncQueue): QueuedResync[] =>
  [full, delta].filter((entry) => !!entry)

/** The same for people. */
export const queuedSyncs = (queue: ResyncQueue): QueuedSync[] =>
  queued(queue).map(({ id, mode, models, since, confirmedModels }) => ({
    ...{ id, mode, models, since, confirmedModels },
  }))

/** Takes the next request out of the queue; null if nothing waits. */
export function dequeue(queue: ResyncQueue): { next: QueuedResync; rest: ResyncQueue } | null {
  const [next] = queued(queue)
  if (next === undefined) return null
  const { [next.mode]: _, ...rest } = queue
  return { next, rest }
}

/** The requests stay; the deletions that they confirmed have to be confirmed again. */
export const withoutConfirmations = (queue: ResyncQueue): ResyncQueue =>
  Object.fromEntries(queued(queue).map((entry) => [entry.mode, { ...entry, confirmedModels: [] }]))
