import { userLite } from './generate/users.ts'
import { type GemObject, isObject, type StreamName, streamNames } from './types.ts'
import { appendElement, storeElement, type WorldState } from './world-state.ts'

/** What is common to all changes. */
export interface ChangeOptions {
  /** Moves no timestamps: neither of the object nor of those it belongs to. */
  silent?: boolean
}

/** A change of an object in place, or fields to set (undefined removes a field). */
export type Patch = ((object: GemObject) => void) | GemObject

/** Whether a change is one that moves an application's `last_activity_at`. */
export type Weight = 'stage-and-status' | 'other'

export interface Editor {
  /** A copy of the object as it is stored; throws if there is none. */
  read(stream: StreamName, id: string): GemObject
  slotOf(stream: StreamName, id: string): number
  edit(
    stream: StreamName,
    id: string,
    patch: Patch,
    options: ChangeOptions | undefined,
    weight?: Weight,
  ): void
  create(stream: StreamName, fields: GemObject): string
  nowIso(): string
}

const namedStreams: ReadonlySet<StreamName> = new Set(['users', 'jobs', 'job_stages'])

/** Reads and writes single objects, and moves the timestamps that a change of that kind moves. */
export function createEditor(state: WorldState): Editor {
  const nowIso = () => state.now().toISOString()
  let created = 0

  function slotOf(stream: StreamName, id: string): number {
    const slot = state.stores[stream].find(id)
    if (slot === undefined) throw new Error(`There is no object ${id} in ${stream}.`)
    return slot
  }

  function read(stream: StreamName, id: string): GemObject {
    const element = state.stores[stream].at(slotOf(stream, id))
    if (!isObject(element)) throw new Error(`The element ${id} of ${stream} is no object.`)
    return structuredClone(element)
  }

  function edit(
    stream: StreamName,
    id: string,
    patch: Patch,
    options: ChangeOptions = {},
    weight?: Weight,
  ): void {
    const slot = slotOf(stream, id)
    const object = read(stream, id)
    const before = progressOf(object)
    applyPatch(object, patch)
    const moved = progressOf(object) === before ? 'other' : 'stage-and-status'
    if (!options.silent) touch(stream, object, weight ?? moved)
    storeElement(state, stream, slot, object)
    if (namedStreams.has(stream)) renameCopies(state, stream, slot, object)
    if (stream === 'applications' && !options.silent && state.switches.candidateFollowsApplications)
      touchCandidate(object.candidate_id)
  }

  function touch(stream: StreamName, object: GemObject, weight: Weight): void {
    if (stream !== 'applications') {
      object.updated_at = nowIso()
      if (stream === 'candidates') object.last_activity = nowIso()
      return
    }
    const moves = state.switches.lastActivityMoves
    if (moves === 'everything' || moves === weight) object.last_activity_at = nowIso()
  }

  function touchCandidate(id: unknown): void {
    if (typeof id === 'string' && state.stores.candidates.find(id) !== undefined) edit('candidates', id, {})
  }

  function create(stream: StreamName, fields: GemObject): string {
    const store = state.stores[stream]
    const object: GemObject = { ...structuredClone(store.template(created++)), id: store.nextId() }
    delete object.deleted_at
    const times = { created_at: nowIso(), updated_at: nowIso() }
    Object.assign(object, stream === 'applications' ? {} : times, newFields(stream, nowIso()), fields)
    for (const field of Object.keys(object)) if (object[field] === undefined) delete object[field]
    appendElement(state, stream, object)
    return String(object.id)
  }

  return { read, slotOf, edit, create, nowIso }
}

/** The fields of an application whose change counts as a move of stage or status. */
function progressOf(object: GemObject): string {
  const { status, current_stage: stage, jobs, rejection_reason: reason, rejected_at: rejectedAt } = object
  return JSON.stringify([status, stage, jobs, reason, rejectedAt])
}

function applyPatch(object: GemObject, patch: Patch): void {
  if (typeof patch === 'function') {
    patch(object)
    return
  }
  Object.assign(object, patch)
  for (const field of Object.keys(patch)) if (patch[field] === undefined) delete object[field]
}

/** Fields in which a new object must differ from the generated one that it is made from. */
function newFields(stream: StreamName, now: string): GemObject {
  switch (stream) {
    case 'applications':
      return {
        ...{ status: 'active', applied_at: now, last_activity_at: now, rejected_at: null },
        rejection_reason: null,
      }
    case 'candidates':
      return { last_activity: now, linked_user_ids: [] }
    case 'users':
      return { linked_candidate_ids: [], disabled: false }
    case 'job_posts':
      return { active: true }
    case 'jobs':
    case 'job_stages':
    case 'scheduled_interviews':
      return {}
  }
}

/** Other objects name users, jobs and stages; Gem shows the current name there without touching the holder. */
function renameCopies(state: WorldState, stream: StreamName, slot: number, object: GemObject): void {
  const { references } = state.generation
  const fields = stream === 'users' ? userLite(object) : { id: object.id, name: object.name }
  const list = stream === 'users' ? references.users : stream === 'jobs' ? references.jobs : references.stages
  if (slot < state.stores[stream].baseCount) {
    if (JSON.stringify(list[slot]) === JSON.stringify(fields)) return
    list[slot] = fields
  }
  for (const name of streamNames) {
    const store = state.stores[name]
    for (const other of store.storedSlots()) {
      if (store.verbatim.has(other) || (name === stream && other === slot)) continue
      const element = store.at(other)
      if (isObject(element)) for (const value of Object.values(element)) renameInside(value, fields)
    }
  }
  state.version++
}

function renameInside(value: unknown, fields: GemObject): void {
  if (Array.isArray(value)) for (const item of value) renameInside(item, fields)
  if (!isObject(value)) return
  if (value.id === fields.id && 'name' in value)
    for (const field of Object.keys(fields)) if (field in value) value[field] = fields[field]
  for (const item of Object.values(value)) renameInside(item, fields)
}
