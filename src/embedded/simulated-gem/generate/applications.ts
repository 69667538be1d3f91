import type { GemObject } from '../types.ts'
import { rejectionReasons, sources } from './catalogue.ts'
import { makeId, startFor } from './ids.ts'
import { applicationStatuses, day, jobsOfApplication, type Layout, lastTime, spreadTime } from './layout.ts'
import { Random } from './random.ts'
import { type Generation, iso, laterTime, markDeleted } from './shared.ts'

/** What of an application is known without making it (NaN for null). */
export function applicationTimes(layout: Layout, slot: number) {
  const random = new Random(startFor(layout.seed, 'applications', slot) + 2)
  const candidate = layout.candidateOfApplication[slot]!
  const isFirst = layout.applicationStart[candidate] === slot
  const since = spreadTime(candidate, layout.candidates)
  const created = Math.min(lastTime, Math.floor(since + random.next() * (isFirst ? 3_600_000 : 200 * day)))
  // Imported applications bring an old date along: they were created long after the person applied.
  const applied = slot % 33 === 12 ? created - (1 + random.below(900)) * day : created
  const active = laterTime(random, created)
  return {
    created,
    applied: slot % 211 === 60 ? Number.NaN : applied,
    active: slot % 97 === 44 ? Number.NaN : active,
    deleted: slot % 70 === 37 ? active : null,
  }
}

/** An application nobody changed. */
export function generateApplication({ layout, references }: Generation, slot: number): GemObject {
  const { seed } = layout
  const random = new Random(startFor(seed, 'applications', slot))
  const times = applicationTimes(layout, slot)
  const status = applicationStatuses[layout.applicationStatus[slot]!]!
  const jobs = jobsOfApplication(layout, slot)
  const isRejected = status === 'rejected'
  const application: GemObject = {
    id: makeId(seed, 'applications', slot),
    candidate_id: makeId(seed, 'candidates', layout.candidateOfApplication[slot]!),
    jobs: jobs.map((job) => references.jobs[job]!),
    job_post_id: jobPostOf(layout, jobs, random),
    status,
    current_stage: stageOf(layout, references.stages, jobs, random),
    applied_at: Number.isNaN(times.applied) ? null : iso(times.applied),
    last_activity_at: Number.isNaN(times.active) ? null : iso(times.active),
    rejection_reason: isRejected && !random.chance(0.05) ? rejectionReason(seed, random) : null,
    source: random.chance(0.06) ? null : sourceOf(seed, random.below(sources.length)),
    credited_to: creditedTo(references.users, random),
    custom_fields: random.chance(0.6)
      ? {}
      : { 'Notice period': random.pick(['1 month', '', null]), Relocate: true },
  }
  if (isRejected || slot % 3 === 0)
    application.rejected_at = isRejected && !Number.isNaN(times.active) ? iso(times.active) : null
  return markDeleted(application, times.deleted)
}

export function sourceOf(seed: number, index: number): GemObject {
  return { id: makeId(seed, 'sources', index), public_name: sources[index] }
}

/** A reason for rejection; its type tells "we rejected" from "they dropped out". */
export function rejectionReason(seed: number, random: Random): GemObject {
  const index = random.below(rejectionReasons.length)
  const { name, type } = rejectionReasons[index]!
  const typeId = makeId(seed, 'rejection_reasons', 100 + type.length)
  return { id: makeId(seed, 'rejection_reasons', index), name, type: { id: typeId, name: type } }
}

function jobPostOf(layout: Layout, jobs: number[], random: Random): string | null {
  const job = jobs[0]
  if (job === undefined || random.chance(0.5)) return null
  const first = layout.postStart[job]!
  const count = layout.postStart[job + 1]! - first
  return count === 0 ? null : makeId(layout.seed, 'job_posts', first + random.below(count))
}

function stageOf(layout: Layout, stages: GemObject[], jobs: number[], random: Random): GemObject | null {
  if (jobs.length === 0) return null
  const job = jobs.length === 1 || random.chance(0.5) ? jobs[0]! : jobs[1]!
  const first = layout.stageStart[job]!
  return stages[first + random.below(layout.stageStart[job + 1]! - first)]!
}

/** Sources disagree on whether `credited_to` is an id or an object, so both occur. */
function creditedTo(users: GemObject[], random: Random): unknown {
  const value = random.next()
  if (value < 0.8) return null
  return value < 0.97 ? random.pick(users).id : random.pick(users)
}
