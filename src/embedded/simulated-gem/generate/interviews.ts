import type { GemObject } from '../types.ts'
import { applicationTimes } from './applications.ts'
import { makeId, startFor } from './ids.ts'
import { definitionOf, plannedInterviews } from './job-stages.ts'
import { day, type Layout, lastTime } from './layout.ts'
import { Random } from './random.ts'
import { type Generation, iso, isoDate, markDeleted, soonAfter } from './shared.ts'

/** What of an interview is known without making it. */
export function interviewTimes(layout: Layout, slot: number) {
  const random = new Random(startFor(layout.seed, 'scheduled_interviews', slot) + 2)
  const application = layout.applicationOfInterview[slot]!
  const created = soonAfter(random, applicationTimes(layout, application).created, 30)
  const updated = soonAfter(random, created, 20)
  return { created, updated, deleted: slot % 16 === 9 ? updated : null }
}

/** A scheduled interview nobody changed; cancelled ones are marked as deleted. */
export function generateInterview({ layout, references }: Generation, slot: number): GemObject {
  const { seed } = layout
  const random = new Random(startFor(seed, 'scheduled_interviews', slot))
  const times = interviewTimes(layout, slot)
  const application = layout.applicationOfInterview[slot]!
  const starts = Math.floor((times.created + (1 + random.next() * 9) * day) / 900_000) * 900_000
  const isAllDay = slot % 45 === 13
  const planned = plannedFor(layout, application, random, slot)
  const interview: GemObject = {
    id: makeId(seed, 'scheduled_interviews', slot),
    application_id: makeId(seed, 'applications', application),
    interview: definitionOf(seed, planned.definition),
    job_stage_interview_item_id: planned.itemId,
    start: isAllDay ? { date: isoDate(starts) } : { date_time: iso(starts) },
    end: isAllDay ? { date: isoDate(starts + day) } : { date_time: iso(starts + 1_800_000) },
    location: random.pick(['', 'Room Ada', null]),
    video_conferencing_url: random.chance(0.5) ? `https://meet.example.com/${slot}` : null,
    external_event_id: random.chance(0.5) ? `event-${slot}` : null,
    status: starts > lastTime ? 'scheduled' : random.pick(['complete', 'complete', 'awaiting_feedback']),
    organizer: random.chance(0.3) ? null : random.pick(references.users),
    interviewers: interviewersOf(seed, references.users, random, slot),
    created_at: iso(times.created),
    updated_at: iso(times.updated),
  }
  if (slot % 2 === 0)
    interview.candidate_id = makeId(seed, 'candidates', layout.candidateOfApplication[application]!)
  return markDeleted(interview, times.deleted)
}

/** An interview of the plan of the application's job; some stand in a plan that was edited since. */
function plannedFor(layout: Layout, application: number, random: Random, slot: number) {
  const job = layout.jobOfApplication[application]!
  const first = layout.stageStart[job]!
  const count = layout.stageStart[job + 1]! - first
  const offset = random.below(count)
  for (let step = 0; step < count; step++) {
    const planned = plannedInterviews(layout, first + ((offset + step) % count))
    if (planned.length === 0) continue
    const { itemId, definition } = random.pick(planned)
    if (slot % 40 === 22) return { itemId: makeId(layout.seed, 'stage_items', 1_000_000 + slot), definition }
    return { itemId: slot % 50 === 26 ? null : itemId, definition }
  }
  return { itemId: null, definition: 0 }
}

const responses = ['accepted', 'accepted', 'needs_action', 'tentative', 'declined'] as const

function interviewersOf(seed: number, users: GemObject[], random: Random, slot: number): GemObject[] {
  const count = [1, 1, 2, 3, 0][random.below(5)]!
  const list = Array.from({ length: count }, (_, index) => {
    const user = random.pick(users)
    return {
      ...{ id: user.id, name: user.name, email: null, employee_id: user.employee_id },
      response_status: random.pick(responses),
      scorecard_id: random.chance(0.3) ? makeId(seed, 'scorecards', slot * 4 + index) : null,
    }
  })
  return slot % 18 === 5 && list[0] ? [...list, { ...list[0], response_status: 'declined' }] : list
}
