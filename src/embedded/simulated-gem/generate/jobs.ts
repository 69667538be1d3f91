import type { GemObject } from '../types.ts'
import { departments, jobNames, offices } from './catalogue.ts'
import { makeId, startFor } from './ids.ts'
import { day, spreadTime } from './layout.ts'
import { Random } from './random.ts'
import { department, type Generation, iso, laterTime, markDeleted, office } from './shared.ts'

const statuses = [
  'open',
  'open',
  'open',
  'closed',
  'closed',
  'draft',
  'pending_approval',
  'approved',
] as const

export function isConfidential(job: number): boolean {
  return job % 25 === 7
}

/** A job nobody changed: vacancies of every status, templates, confidential and deleted ones. */
export function generateJob({ layout, references }: Generation, slot: number): GemObject {
  const { seed } = layout
  const random = new Random(startFor(seed, 'jobs', slot))
  const created = spreadTime(slot, layout.jobs)
  const updated = laterTime(random, created)
  const name = random.pick(jobNames)
  const status = slot === 0 ? 'open' : random.pick(statuses)
  const wasOpened = status === 'open' || status === 'closed'
  const job: GemObject = {
    id: makeId(seed, 'jobs', slot),
    name: slot % 7 === 3 ? ` ${name} ` : name,
    requisition_id: random.pick([`R${slot + 1}`, String(slot + 40), `R2022${slot}`, null, '']),
    confidential: isConfidential(slot),
    status,
    is_template: slot % 40 === 5,
    created_at: iso(created),
    updated_at: iso(updated),
    opened_at: wasOpened ? iso(created + day) : null,
    closed_at: status === 'closed' ? iso(updated) : null,
    departments: slot % 11 === 4 ? [] : [department(seed, random.below(departments.length))],
    offices: officesOf(seed, slot, random),
    hiring_team: hiringTeam(references.users, random, slot),
    custom_fields: customFields(random, slot),
  }
  return markDeleted(job, slot % 30 === 9 ? updated : null)
}

function officesOf(seed: number, slot: number, random: Random): GemObject[] {
  const count = slot % 11 === 8 ? 0 : slot % 5 === 2 ? 3 : 1
  const first = slot < offices.length ? slot : random.below(offices.length)
  return Array.from({ length: count }, (_, index) => office(seed, (first + index) % offices.length))
}

function hiringTeam(users: GemObject[], random: Random, slot: number): GemObject | null {
  if (slot % 29 === 10) return null
  const manager = random.pick(users)
  const recruiter = random.pick(users)
  const team: GemObject = {
    hiring_managers: slot % 6 === 1 ? [manager, random.pick(users), manager] : [manager],
    recruiters: slot % 4 === 2 ? [recruiter, manager] : [recruiter],
  }
  if (slot % 3 === 0) team.coordinators = random.chance(0.3) ? null : [random.pick(users), recruiter]
  if (slot % 5 === 0) team.sourcers = random.chance(0.2) ? [] : [random.pick(users)]
  return team
}

function customFields(random: Random, slot: number): GemObject | null {
  if (slot % 13 === 6) return null
  if (slot % 3 === 1) return {}
  return {
    'Cost center': `CC-${100 + random.below(40)}`,
    Headcount: random.below(5),
    'Backfill?': random.chance(0.5),
    Skills: ['TypeScript', 'SQL', 'Español'].slice(0, 1 + random.below(3)),
    Notes: random.chance(0.5) ? null : '',
  }
}
