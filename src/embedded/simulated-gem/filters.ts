import { applicationStatuses, jobsOfApplication } from './generate/layout.ts'
import type { Parameters } from './parameters.ts'
import { type GemObject, isObject, type StreamName } from './types.ts'
import type { Selection } from './views.ts'
import { applicationsOf, type WorldState } from './world-state.ts'

type SlotFilter = (slot: number) => boolean

/** Turns a request's parameters into the selection of slots that they ask for. */
export function selectionOf(state: WorldState, stream: StreamName, parameters: Parameters): Selection {
  const { dates, booleans, texts, ids } = parameters
  const filters = [
    ...Object.entries(dates).map(([name, limit]) => dateFilter(state, stream, name, limit)),
    ...Object.entries(texts).map(([name, text]) => textFilter(state, stream, name, text)),
    ...Object.entries(booleans).flatMap(([name, value]) => booleanFilter(state, stream, name, value)),
  ]
  const find = (id: string) => state.stores[stream].find(id)
  return {
    key: JSON.stringify([dates, booleans, texts, ids ?? null]),
    includeDeleted: parameters.includeDeleted,
    filters,
    ...(ids === undefined ? {} : { only: ids.map(find).filter((slot) => slot !== undefined) }),
  }
}

function dateFilter(state: WorldState, stream: StreamName, name: string, limit: number): SlotFilter {
  const time = timeReader(state, stream, name.slice(0, name.lastIndexOf('_')))
  if (name.endsWith('_before')) return (slot) => time(slot) < limit
  if (state.switches.boundary === 'exclusive') return (slot) => time(slot) > limit
  return (slot) => time(slot) >= limit
}

function timeReader(state: WorldState, stream: StreamName, name: string): (slot: number) => number {
  const store = state.stores[stream]
  if (name === 'updated' || name === 'last_activity') return store.updatedAt
  if (name !== 'created') return (slot) => dateInside(store.at(slot), name === 'starts' ? 'start' : 'end')
  const looksAtApplied = stream === 'applications' && state.switches.applicationsCreated === 'applied_at'
  return looksAtApplied ? store.appliedAt : store.createdAt
}

function dateInside(element: unknown, field: string): number {
  const value = isObject(element) ? element[field] : undefined
  return isObject(value) ? Date.parse(String(value.date_time ?? value.date)) : Number.NaN
}

function textFilter(state: WorldState, stream: StreamName, name: string, text: string): SlotFilter {
  if (name === 'job_id')
    return stream === 'candidates' ? candidatesOfJob(state, text) : applicationsOfJob(state, text)
  const { layout } = state.generation
  const store = state.stores[stream]
  const matches = (object: GemObject) => textMatches(object, name, text)
  return (slot) => {
    if (stream === 'applications' && name === 'status' && !store.isStored(slot))
      return applicationStatuses[layout.applicationStatus[slot]!] === text
    const element = store.at(slot)
    return isObject(element) && matches(element)
  }
}

function textMatches(object: GemObject, name: string, text: string): boolean {
  switch (name) {
    case 'email':
      return emailsOf(object).includes(text.toLowerCase())
    case 'department_id':
      return hasElement(object.departments, text)
    case 'office_id':
      return hasElement(object.offices, text)
    default:
      return object[name] === text
  }
}

function emailsOf(object: GemObject): string[] {
  const values = [object.primary_email_address, object.emails, object.email_addresses].flat()
  return values.map((value) => String(isObject(value) ? value.value : value).toLowerCase())
}

function hasElement(list: unknown, id: string): boolean {
  return Array.isArray(list) && list.some((element) => isObject(element) && element.id === id)
}

function applicationsOfJob(state: WorldState, jobId: string): SlotFilter {
  const { layout } = state.generation
  const store = state.stores.applications
  const job = state.stores.jobs.find(jobId)
  return (slot) => {
    if (!store.isStored(slot)) return job !== undefined && jobsOfApplication(layout, slot).includes(job)
    const element = store.at(slot)
    return isObject(element) && hasElement(element.jobs, jobId)
  }
}

function candidatesOfJob(state: WorldState, jobId: string): SlotFilter {
  const matches = applicationsOfJob(state, jobId)
  return (slot) => applicationsOf(state, slot).some(matches)
}

function booleanFilter(state: WorldState, stream: StreamName, name: string, value: boolean): SlotFilter[] {
  const store = state.stores[stream]
  if (name === 'include_deleted' || (name === 'actionable' && !value)) return []
  return [
    (slot) => {
      const element = store.at(slot)
      if (!isObject(element)) return false
      return name === 'actionable' ? element.status !== 'complete' : element[name] === value
    },
  ]
}
