import type { Base, SlotTimes } from '../stream-store.ts'
import { readTimes } from '../stream-store.ts'
import type { GemObject, StreamName } from '../types.ts'
import { applicationTimes, generateApplication } from './applications.ts'
import { candidateTimes, generateCandidate } from './candidates.ts'
import { makeId, slotOfId } from './ids.ts'
import { generateInterview, interviewTimes } from './interviews.ts'
import { generateJobPost } from './job-posts.ts'
import { generateJobStage } from './job-stages.ts'
import { generateJob } from './jobs.ts'
import type { Layout } from './layout.ts'
import type { Generation } from './shared.ts'
import { generateUser, userLite } from './users.ts'

/** The account of the beginning: what its seven lists hold, and the names that they lend each other. */
export function createBases(layout: Layout): { generation: Generation; bases: Record<StreamName, Base> } {
  const generation: Generation = { layout, references: { users: [], jobs: [], stages: [] } }
  const { references } = generation
  const jobOfStage = owners(layout.stageStart)
  const jobOfPost = owners(layout.postStart)
  const makers: Record<StreamName, (slot: number) => GemObject> = {
    users: (slot) => generateUser(layout, slot),
    jobs: (slot) => generateJob(generation, slot),
    job_stages: (slot) => generateJobStage(generation, jobOfStage[slot]!, slot),
    job_posts: (slot) => generateJobPost(generation, jobOfPost[slot]!, slot),
    candidates: (slot) => generateCandidate(layout, slot),
    applications: (slot) => generateApplication(generation, slot),
    scheduled_interviews: (slot) => generateInterview(generation, slot),
  }
  for (let slot = 0; slot < layout.users; slot++) references.users.push(userLite(makers.users(slot)))
  for (let slot = 0; slot < layout.jobs; slot++) references.jobs.push(nameOnly(makers.jobs(slot)))
  for (let slot = 0; slot < jobOfStage.length; slot++)
    references.stages.push(nameOnly(makers.job_stages(slot)))

  const small = (stream: StreamName, count: number): Base => ({
    ...identity(layout, stream, count),
    generate: makers[stream],
    timesOf: (slot) => readTimes(makers[stream](slot), 0, stream),
  })
  const large = (stream: StreamName, count: number, timesOf: (slot: number) => SlotTimes): Base => ({
    ...identity(layout, stream, count),
    generate: makers[stream],
    timesOf,
  })
  return {
    generation,
    bases: {
      users: small('users', layout.users),
      jobs: small('jobs', layout.jobs),
      job_stages: small('job_stages', jobOfStage.length),
      job_posts: small('job_posts', jobOfPost.length),
      candidates: large('candidates', layout.candidates, (slot) => {
        const { created, updated, deleted } = candidateTimes(layout, slot)
        return { created, updated, applied: created, isDeleted: deleted !== null }
      }),
      applications: large('applications', layout.applications, (slot) => {
        const { created, active, applied, deleted } = applicationTimes(layout, slot)
        return { created, updated: active, applied, isDeleted: deleted !== null }
      }),
      scheduled_interviews: large('scheduled_interviews', layout.interviews, (slot) => {
        const { created, updated, deleted } = interviewTimes(layout, slot)
        return { created, updated, applied: created, isDeleted: deleted !== null }
      }),
    },
  }
}

function identity(layout: Layout, stream: StreamName, count: number) {
  return {
    count,
    idAt: (slot: number) => makeId(layout.seed, stream, slot),
    slotOf: (id: string) => slotOfId(layout.seed, stream, id),
  }
}

/** The owner of each child, from where each owner's children start. */
function owners(starts: Int32Array): Int32Array {
  const result = new Int32Array(starts[starts.length - 1]!)
  for (let owner = 0; owner + 1 < starts.length; owner++) result.fill(owner, starts[owner], starts[owner + 1])
  return result
}

function nameOnly(object: GemObject): GemObject {
  return { id: object.id, name: object.name }
}
