import { isListed } from './serving.ts'
import type { StreamName } from './types.ts'
import type { WorldState } from './world-state.ts'

/** Which slots of a stream a request asks for. */
export interface Selection {
  /** Equal keys mean equal filters. */
  key: string
  includeDeleted: boolean
  filters: ((slot: number) => boolean)[]
  /** Only these slots, if the request names objects by their ids. */
  only?: number[]
}

const maxCachedViews = 16

/** Makes the ordered slots of a list, and remembers the latest ones until something changes. */
export function createViews(state: WorldState) {
  const cache = new Map<string, Int32Array>()
  let version = state.version

  function view(stream: StreamName, selection: Selection): Int32Array {
    if (version !== state.version) cache.clear()
    version = state.version
    const key = `${stream} ${selection.includeDeleted} ${selection.key}`
    const slots = cache.get(key) ?? makeView(state, stream, selection)
    cache.delete(key)
    cache.set(key, slots)
    if (cache.size > maxCachedViews) cache.delete(cache.keys().next().value!)
    return slots
  }
  return view
}

export type Views = ReturnType<typeof createViews>

function makeView(state: WorldState, stream: StreamName, selection: Selection): Int32Array {
  const store = state.stores[stream]
  const all = store.ordered()
  const wanted = selection.only === undefined ? undefined : new Set(selection.only)
  const hidesDeleted = !selection.includeDeleted && stream !== 'job_posts'
  const slots = all.filter(
    (slot) =>
      (wanted === undefined || wanted.has(slot)) &&
      !(hidesDeleted && store.isDeleted(slot)) &&
      selection.filters.every((filter) => filter(slot)) &&
      isListed(state, stream, slot),
  )
  return sorted(state, stream, slots)
}

function sorted(state: WorldState, stream: StreamName, slots: Int32Array): Int32Array {
  const { updatedAt } = state.stores[stream]
  switch (state.switches.order) {
    case 'created-asc':
    case 'unstable':
      return slots
    case 'created-desc':
      return slots.reverse()
    case 'updated-desc': {
      const rank = (slot: number) => (Number.isNaN(updatedAt(slot)) ? -Infinity : updatedAt(slot))
      return slots.sort((left, right) =>
        rank(right) > rank(left) ? 1 : rank(right) < rank(left) ? -1 : left - right,
      )
    }
  }
}

const neighbourhood = 64

/** The rows from `start` to `end` of a view; `turn` moves them within their neighbourhoods, 0 leaves them. */
export function sliceView(slots: Int32Array, start: number, end: number, turn: number): number[] {
  const result: number[] = []
  for (let position = start; position < Math.min(end, slots.length); position++) {
    const first = position - (position % neighbourhood)
    const size = Math.min(neighbourhood, slots.length - first)
    result.push(slots[first + ((position - first + turn) % size)]!)
  }
  return result
}
