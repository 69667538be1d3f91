import type { Application } from './applications.ts'
import { compareNumbers } from './exact-json.ts'
import type { Interview } from './interviews.ts'
import type { Posting } from './job-postings.ts'
import { byBytes } from './shape.ts'
import type { Stage } from './stages.ts'
import type { World } from './world.ts'

/** The posting that lends its job description and URL: the most recent one that is live, active and not deleted. */
export function chosenPosting(world: World, jobId: string): Posting | null {
  const postings = (world.postingsOf.get(jobId) ?? []).filter((posting) => posting.chosenFrom)
  return postings.toSorted(mostRecentFirst)[0] ?? null
}

function mostRecentFirst(a: Posting, b: Posting): number {
  for (const key of ['first_published_at', 'updated_at', 'created_at'] as const) {
    const [x, y] = [a.times[key]?.getTime() ?? -Infinity, b.times[key]?.getTime() ?? -Infinity]
    if (x !== y) return x > y ? -1 : 1
  }
  return byBytes(b.remoteId, a.remoteId)
}

/** The source of the initial application; a deleted one only if there is no other. */
export function candidateSource(world: World, candidateId: string): string | null {
  const all = world.applicationsOf.get(candidateId) ?? []
  const alive = all.filter((application) => application.deletedAt === null)
  const [initial] = (alive.length > 0 ? alive : all).toSorted(earliestFirst)
  return initial?.sourceName ?? null
}

function earliestFirst(a: Application, b: Application): number {
  const [x, y] = [a.appliedAt?.getTime() ?? Infinity, b.appliedAt?.getTime() ?? Infinity]
  return x === y ? byBytes(a.remoteId, b.remoteId) : x < y ? -1 : 1
}

/** The only job; with several, the one that owns the current stage, else the first. */
export function applicationJob(world: World, application: Application): string | null {
  const first = application.jobIds[0] ?? null
  if (application.jobIds.length < 2 || application.stageId === null) return first
  const owner = world.application_stages.get(application.stageId)?.jobId ?? null
  return owner !== null && application.jobIds.includes(owner) ? owner : first
}

/** The stage in whose plan the item stands; else the only stage of the application's job that plans this interview. */
export function interviewStage(world: World, interview: Interview): string | null {
  if (interview.itemId !== null) {
    const stages = [...world.application_stages.values()]
    const holder = stages.find((stage) => stage.plan.some((item) => item.itemId === interview.itemId))
    if (holder !== undefined) return holder.remoteId
  }
  if (interview.applicationId === null || interview.interviewId === null) return null
  const application = world.applications.get(interview.applicationId)
  const jobId = application === undefined ? null : applicationJob(world, application)
  if (jobId === null) return null
  const planning = (world.stagesOf.get(jobId) ?? []).filter((stage) =>
    stage.plan.some((item) => item.interviewId === interview.interviewId),
  )
  return planning.length === 1 ? planning[0]!.remoteId : null
}

/** The stages of a job that have a place in its order, first to last. */
export function orderedStages(world: World, jobId: string): Stage[] {
  const stages = (world.stagesOf.get(jobId) ?? []).filter((stage) => stage.ordered)
  return stages.toSorted((a, b) => {
    if (a.priority === null || b.priority === null)
      return a.priority === b.priority ? byBytes(a.remoteId, b.remoteId) : a.priority === null ? 1 : -1
    return compareNumbers(a.priority, b.priority) || byBytes(a.remoteId, b.remoteId)
  })
}
