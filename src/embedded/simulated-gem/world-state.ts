import { createBases } from './generate/bases.ts'
import { createLayout } from './generate/layout.ts'
import type { Generation } from './generate/shared.ts'
import { allOffices } from './generate/shared.ts'
import { StreamStore } from './stream-store.ts'
import { defaultSwitches, type Switches } from './switches.ts'
import { type GemObject, isObject, type StreamName, streamNames } from './types.ts'

/** The account as the server and the changes share it. */
export interface WorldState {
  generation: Generation
  stores: Record<StreamName, StreamStore>
  offices: GemObject[]
  switches: Switches
  now: () => Date
  /** Moves with every change of data or switches, so that lists know when to be made anew. */
  version: number
  /** Counts what has to be new each time: signatures, item ids, changed texts. */
  sequence: number
  /** Changed or added applications by the candidate they belong to now. */
  applicationsByCandidate: Map<string, Set<number>>
  /** Other candidates' applications cannot be in a candidate's own range once the list was replaced. */
  isApplicationsReplaced: boolean
}

export function createWorldState(seed: number, candidates: number, now: () => Date): WorldState {
  const { generation, bases } = createBases(createLayout(seed, candidates))
  const small = new Set<StreamName>(['users', 'jobs', 'job_stages', 'job_posts'])
  const stores = Object.fromEntries(
    streamNames.map((name) => [name, new StreamStore(name, bases[name], { keepAll: small.has(name) })]),
  ) as Record<StreamName, StreamStore>
  return {
    ...{ generation, stores, now, offices: allOffices(seed), switches: { ...defaultSwitches } },
    ...{ version: 0, sequence: 0, applicationsByCandidate: new Map(), isApplicationsReplaced: false },
  }
}

/** Stores an element and keeps what is derived from it in step. */
export function storeElement(state: WorldState, stream: StreamName, slot: number, element: unknown): void {
  const store = state.stores[stream]
  if (stream === 'applications') unregister(state, slot)
  store.set(slot, element)
  if (stream === 'applications') register(state, slot, element)
  state.version++
}

/** Adds an element at the end of time unless it says when it was created. Returns its slot. */
export function appendElement(state: WorldState, stream: StreamName, element: unknown): number {
  const slot = state.stores[stream].append(element, state.now().getTime())
  if (stream === 'applications') register(state, slot, element)
  state.version++
  return slot
}

export function replaceElements(state: WorldState, stream: StreamName, elements: readonly unknown[]): void {
  state.stores[stream].replaceAll(elements, state.now().getTime())
  if (stream === 'applications') {
    state.applicationsByCandidate.clear()
    for (const [slot, element] of elements.entries()) register(state, slot, element)
    state.isApplicationsReplaced = true
  }
  state.version++
}

/** The applications (slots) that belong to a candidate now. */
export function applicationsOf(state: WorldState, candidateSlot: number): number[] {
  const store = state.stores.applications
  const slots: number[] = []
  if (!state.isApplicationsReplaced && candidateSlot < state.stores.candidates.baseCount) {
    const starts = state.generation.layout.applicationStart
    for (let slot = starts[candidateSlot]!; slot < starts[candidateSlot + 1]!; slot++)
      if (!store.isStored(slot)) slots.push(slot)
  }
  const id = state.stores.candidates.idAt(candidateSlot)
  const moved = id === undefined ? undefined : state.applicationsByCandidate.get(id)
  if (moved !== undefined) slots.push(...moved)
  return slots.filter((slot) => !store.isVanished(slot)).sort((left, right) => left - right)
}

function register(state: WorldState, slot: number, element: unknown): void {
  if (!isObject(element) || typeof element.candidate_id !== 'string') return
  const slots = state.applicationsByCandidate.get(element.candidate_id) ?? new Set()
  state.applicationsByCandidate.set(element.candidate_id, slots.add(slot))
}

function unregister(state: WorldState, slot: number): void {
  if (!state.stores.applications.isStored(slot)) return
  const element = state.stores.applications.at(slot)
  if (isObject(element) && typeof element.candidate_id === 'string')
    state.applicationsByCandidate.get(element.candidate_id)?.delete(slot)
}
