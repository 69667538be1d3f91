import type { GemObject } from '../types.ts'
import { departments, offices } from './catalogue.ts'
import { type IdKind, makeId } from './ids.ts'
import { day, type Layout, lastTime } from './layout.ts'
import type { Random } from './random.ts'

/** Names of users, jobs and stages as other objects carry them; they follow when one is renamed. */
export interface References {
  users: GemObject[]
  jobs: GemObject[]
  stages: GemObject[]
}

/** What a generator of objects works from. */
export interface Generation {
  layout: Layout
  references: References
}

const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'))
const dates = new Map<number, string>()

/** What `toISOString` gives, in less than half its time: a page of a list holds thousands of times. */
export function iso(milliseconds: number): string {
  const date = isoDate(milliseconds)
  const time = milliseconds - Math.floor(milliseconds / day) * day
  const hours = twoDigits[Math.floor(time / 3_600_000)]
  const minutes = twoDigits[Math.floor(time / 60_000) % 60]
  const seconds = twoDigits[Math.floor(time / 1000) % 60]
  return `${date}T${hours}:${minutes}:${seconds}.${String(time % 1000).padStart(3, '0')}Z`
}

export function isoDate(milliseconds: number): string {
  const number = Math.floor(milliseconds / day)
  let date = dates.get(number)
  if (date === undefined) {
    date = new Date(number * day).toISOString().slice(0, 10)
    dates.set(number, date)
  }
  return date
}

/** A time after `start`, near to it more often than far from it, and never after the account's beginning. */
export function laterTime(random: Random, start: number): number {
  const share = random.next()
  return Math.floor(start + (lastTime - start) * share * share)
}

/** A time up to so many days after `start`, never after the account's beginning. */
export function soonAfter(random: Random, start: number, days: number): number {
  return Math.min(lastTime, Math.floor(start + random.next() * days * day))
}

/** Puts `deleted_at` on an object; an unset one is absent, as Gem leaves it out. */
export function markDeleted(object: GemObject, time: number | null): GemObject {
  if (time !== null) object.deleted_at = iso(time)
  return object
}

export function department(seed: number, index: number): GemObject {
  return {
    id: makeId(seed, 'departments', index),
    name: departments[index],
    parent_id: index > 4 ? makeId(seed, 'departments', 0) : null,
    child_ids: index === 0 ? [makeId(seed, 'departments', 5), makeId(seed, 'departments', 6)] : [],
    ...(index % 2 === 0 ? { parent_department_external_id: null, child_department_external_ids: [] } : {}),
  }
}

export function office(seed: number, index: number): GemObject {
  const parent = index === 9 ? 0 : null
  return {
    ...{ id: makeId(seed, 'offices', index), ...offices[index] },
    parent_id: parent === null ? null : makeId(seed, 'offices', parent),
    child_ids: index === 0 ? [makeId(seed, 'offices', 9)] : [],
    ...(index % 3 === 0 ? {} : { parent_office_external_id: null, child_office_external_ids: [] }),
    ...(index === 11 ? { deleted_at: iso(lastTime - 90 * day) } : {}),
  }
}

/** All offices of the account. */
export function allOffices(seed: number): GemObject[] {
  return offices.map((_, index) => office(seed, index))
}

export function reference(seed: number, kind: IdKind, index: number, field: string, name: string): GemObject {
  return { id: makeId(seed, kind, index), [field]: name }
}
