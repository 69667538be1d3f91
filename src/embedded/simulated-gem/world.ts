import { createChanges, type WorldChanges } from './changes.ts'
import { createRandomChange, type RandomChange } from './random-change.ts'
import { isListed, servedElement } from './serving.ts'
import { type GemObject, isObject, type StreamName } from './types.ts'
import { appendElement, replaceElements, storeElement, type WorldState } from './world-state.ts'

/** What the account holds, to compare with, and the ways to change it. */
export interface World extends WorldChanges, RandomChange {
  /** Every element that a stream's list serves with `include_deleted=true`, in the list's default order. */
  objects(stream: StreamName): Iterable<unknown>
  /** How many `objects` yields. */
  count(stream: StreamName): number
  /** One element as `objects` yields it; undefined if it is not there (any more). */
  get(stream: StreamName, id: string): GemObject | undefined
  /** Every id that `objects` yields; cheaper than making the objects. */
  ids(stream: StreamName): Iterable<string>
  /**
   * Puts any JSON value into a list, served exactly as it is. It takes the place of the element with the
   * same id, if there is one; else it stands where its `created_at` puts it, by default at the end.
   */
  put(stream: StreamName, element: unknown): void
  /** Replaces a whole list: exactly these elements are served, in this order. */
  replaceAll(stream: StreamName, elements: readonly unknown[]): void
}

const widest = { includeDeleted: true, sign: false } as const

export function createWorld(state: WorldState): World {
  const { stores } = state
  const slotsOf = (stream: StreamName) =>
    stores[stream].ordered().filter((slot) => isListed(state, stream, slot))
  return {
    ...createChanges(state),
    ...createRandomChange(state),
    *objects(stream) {
      for (const slot of slotsOf(stream)) yield structuredClone(servedElement(state, stream, slot, widest))
    },
    count: (stream) => slotsOf(stream).length,
    get(stream, id) {
      const slot = stores[stream].find(id)
      if (slot === undefined || !isListed(state, stream, slot)) return undefined
      const element = structuredClone(servedElement(state, stream, slot, widest))
      return isObject(element) ? element : undefined
    },
    *ids(stream) {
      for (const slot of slotsOf(stream)) {
        const id = stores[stream].idAt(slot)
        if (id !== undefined) yield id
      }
    },
    put(stream, element) {
      const id = isObject(element) && typeof element.id === 'string' ? element.id : undefined
      const store = stores[stream]
      const known = id === undefined ? undefined : store.find(id)
      const slot = known ?? appendElement(state, stream, element)
      store.setVanished(slot, false)
      store.verbatim.add(slot)
      if (known !== undefined) storeElement(state, stream, known, element)
    },
    replaceAll: (stream, elements) => replaceElements(state, stream, elements),
  }
}
