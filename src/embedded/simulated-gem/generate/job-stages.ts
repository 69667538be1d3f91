import type { GemObject } from '../types.ts'
import { interviewDefinitions, stagePlan } from './catalogue.ts'
import { makeId, startFor } from './ids.ts'
import { type Layout, spreadTime } from './layout.ts'
import { Random } from './random.ts'
import { type Generation, iso, laterTime, markDeleted } from './shared.ts'

/** The place of an interview definition in the plan of a stage. */
export interface PlannedInterview {
  itemId: string
  definition: number
  deleted: boolean
}

/** The interviews planned in a stage nobody changed. The same definition can be planned in many stages. */
export function plannedInterviews(layout: Layout, stage: number): PlannedInterview[] {
  const random = new Random(startFor(layout.seed, 'stage_items', stage))
  const count = [0, 1, 1, 2, 3][random.below(5)]!
  const first = random.below(interviewDefinitions.length)
  return Array.from({ length: count }, (_, index) => ({
    itemId: makeId(layout.seed, 'stage_items', stage * 4 + index),
    definition: (first + index) % interviewDefinitions.length,
    deleted: random.chance(0.08),
  }))
}

/** Stage `slot` of job `job` nobody changed: some are inactive, deleted, or without priority. */
export function generateJobStage(generation: Generation, job: number, slot: number): GemObject {
  const { layout, references } = generation
  const random = new Random(startFor(layout.seed, 'job_stages', slot) + 1)
  const position = slot - layout.stageStart[job]!
  const created = spreadTime(job, layout.jobs) + position
  const updated = laterTime(random, created)
  const name = stagePlan[position % stagePlan.length]!
  const stage: GemObject = {
    id: makeId(layout.seed, 'job_stages', slot),
    name: slot % 17 === 4 ? `${name} ` : name,
    job_id: references.jobs[job]!.id,
    priority: slot % 53 === 20 ? null : slot % 41 === 12 ? Math.max(0, position - 1) : position,
    created_at: iso(created),
    updated_at: iso(updated),
    interviews: plannedInterviews(layout, slot).map((planned, index) =>
      interviewOf(generation, random, planned, updated, index),
    ),
  }
  if (slot % 19 !== 9) stage.active = slot % 23 !== 6
  return markDeleted(stage, slot % 37 === 12 ? updated : null)
}

/** The id and name of an interview definition. */
export function definitionOf(seed: number, definition: number): GemObject {
  return { id: makeId(seed, 'definitions', definition), name: interviewDefinitions[definition] }
}

function interviewOf(
  { layout, references }: Generation,
  random: Random,
  planned: PlannedInterview,
  updated: number,
  index: number,
): GemObject {
  const interviewers = random.chance(0.6) ? [random.pick(references.users)] : []
  const interview: GemObject = {
    ...definitionOf(layout.seed, planned.definition),
    schedulable: index > 0 || random.chance(0.8),
    estimated_minutes: random.pick([15, 30, 45, 60]),
    default_interviewer_users: interviewers,
    interview_kit: random.chance(0.3) ? null : kitOf(layout.seed, planned.definition),
    job_stage_interview_item_id: planned.itemId,
  }
  return markDeleted(interview, planned.deleted ? updated : null)
}

/** Sources disagree on whether a question's text is `name` or `question`, so both occur. */
function kitOf(seed: number, definition: number): GemObject {
  const field = definition % 2 === 0 ? 'name' : 'question'
  return {
    id: makeId(seed, 'kits', definition),
    content: '<p>Ask about recent work.</p>',
    questions: [{ id: makeId(seed, 'questions', definition), [field]: 'What did you build last?' }],
  }
}
