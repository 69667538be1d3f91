import { startFor } from './ids.ts'
import { Random } from './random.ts'

/** Everything that the account held at the beginning was made between these two times (milliseconds). */
export const firstTime = Date.UTC(2023, 9, 1)
export const lastTime = Date.UTC(2026, 9, 1)
export const day = 86_400_000

/** Statuses of applications, in the order of their codes in `Layout.applicationStatus`. */
export const applicationStatuses = ['active', 'rejected', 'hired'] as const

/**
 * Who belongs to whom, as arrays of numbers: slots of parents for the slots of children. It is what has to
 * be known of all objects before the first one can be made; all else is made when it is asked for.
 */
export interface Layout {
  seed: number
  users: number
  jobs: number
  candidates: number
  applications: number
  interviews: number
  /** First stage (post, application) of each job (job, candidate), and the total at the end. */
  stageStart: Int32Array
  postStart: Int32Array
  applicationStart: Int32Array
  candidateOfApplication: Int32Array
  jobOfApplication: Int32Array
  applicationStatus: Uint8Array
  applicationOfInterview: Int32Array
}

const applicationsPerCandidate = [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 4]

/** Lays out an account of that many candidates; the other lists are sized after them. */
export function createLayout(seed: number, candidates: number): Layout {
  const users = clamp(Math.round(candidates / 250), 20, 1500)
  const jobs = clamp(Math.round(candidates / 100), 12, 2000)
  const stageStart = starts(jobs, (job) => 5 + new Random(startFor(seed, 'job_stages', job)).below(4))
  const postStart = starts(jobs, (job) =>
    job === 0 ? 3 : new Random(startFor(seed, 'job_posts', job)).below(4),
  )
  const applicationStart = starts(
    candidates,
    (slot) => applicationsPerCandidate[new Random(startFor(seed, 'candidates', slot) + 1).below(20)]!,
  )
  const applications = applicationStart[candidates]!
  const candidateOfApplication = new Int32Array(applications)
  for (let slot = 0; slot < candidates; slot++)
    candidateOfApplication.fill(slot, applicationStart[slot]!, applicationStart[slot + 1]!)
  const jobOfApplication = new Int32Array(applications)
  const applicationStatus = new Uint8Array(applications)
  const interviewed: number[] = []
  for (let slot = 0; slot < applications; slot++) {
    const random = new Random(startFor(seed, 'applications', slot) + 1)
    jobOfApplication[slot] = isProspectWithoutJob(slot) ? -1 : random.below(jobs)
    const status = random.next()
    applicationStatus[slot] = status < 0.37 ? 0 : status < 0.92 ? 1 : 2
    if (jobOfApplication[slot] === -1) continue
    const interviews = random.next()
    for (
      let count = interviews < 0.01 ? 3 : interviews < 0.07 ? 2 : interviews < 0.31 ? 1 : 0;
      count > 0;
      count--
    )
      interviewed.push(slot)
  }
  const applicationOfInterview = Int32Array.from(interviewed)
  return {
    ...{ seed, users, jobs, candidates, applications, interviews: applicationOfInterview.length },
    ...{
      stageStart,
      postStart,
      applicationStart,
      candidateOfApplication,
      jobOfApplication,
      applicationStatus,
    },
    applicationOfInterview,
  }
}

/** One application in a hundred belongs to no job. */
export function isProspectWithoutJob(application: number): boolean {
  return application % 100 === 17
}

/** One application in a hundred belongs to two jobs: its own and the next one. */
export function hasSecondJob(application: number): boolean {
  return application % 100 === 31
}

/** The jobs (slots) of an application that nobody changed. */
export function jobsOfApplication(layout: Layout, application: number): number[] {
  const job = layout.jobOfApplication[application]!
  if (job === -1) return []
  return hasSecondJob(application) ? [job, (job + 1) % layout.jobs] : [job]
}

export function isPrivateCandidate(candidate: number): boolean {
  return candidate % 50 === 13
}

/** The candidate profile of a user who is also a candidate; both have the same slot. */
export function isLinkedUser(layout: Layout, slot: number): boolean {
  return slot % 16 === 2 && slot < layout.users && slot < layout.candidates
}

/** A time for object `slot` of `count`, so that later objects are later; some share theirs with the one before. */
export function spreadTime(slot: number, count: number): number {
  const position = slot % 40 === 21 ? slot - 1 : slot
  return Math.floor(firstTime + ((lastTime - firstTime) * (position + 0.5)) / count)
}

function starts(count: number, sizeOf: (slot: number) => number): Int32Array {
  const result = new Int32Array(count + 1)
  for (let slot = 0; slot < count; slot++) result[slot + 1] = result[slot]! + sizeOf(slot)
  return result
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
