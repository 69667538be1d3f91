import { type Application, overwrites, readApplication } from './applications.ts'
import { type Candidate, readCandidate } from './candidates.ts'
import { isObject } from './exact-json.ts'
import { type Interview, readInterview } from './interviews.ts'
import { type Posting, readPosting } from './job-postings.ts'
import { type Job, readJob } from './jobs.ts'
import { Rejected, readableId } from './shape.ts'
import { readStage, type Stage } from './stages.ts'
import type { GemRecord, RejectedRecord, Source, Stream } from './types.ts'
import { readUser, type User } from './users.ts'

/** Everything that could be read, by remote id, before anything refers to anything. */
export type World = {
  users: Map<string, User>
  jobs: Map<string, Job>
  job_postings: Map<string, Posting>
  candidates: Map<string, Candidate>
  application_stages: Map<string, Stage>
  applications: Map<string, Application>
  interviews: Map<string, Interview>
  postingsOf: Children<Posting>
  stagesOf: Children<Stage>
  applicationsOf: Children<Application>
}
/** By the parent's remote id. */
type Children<T> = Map<string | null, T[]>

export function readWorld(source: Source): { world: World; rejected: RejectedRecord[] } {
  const rejected: RejectedRecord[] = []
  const all = <T extends GemRecord>(stream: Stream, read: (raw: unknown) => T): Map<string, T> => {
    const records = new Map<string, T>()
    for (const raw of source[stream])
      readOne(stream, raw, read, rejected, (record) => records.set(record.remoteId, record))
    return records
  }
  const records = {
    users: all('users', readUser),
    jobs: all('jobs', readJob),
    job_postings: all('job_posts', readPosting),
    application_stages: all('job_stages', readStage),
    candidates: all('candidates', readCandidate),
    applications: readApplications(source, rejected),
    interviews: all('scheduled_interviews', readInterview),
  }
  const world = {
    ...records,
    postingsOf: Map.groupBy(records.job_postings.values(), (posting) => posting.jobId),
    stagesOf: Map.groupBy(records.application_stages.values(), (stage) => stage.jobId),
    applicationsOf: Map.groupBy(records.applications.values(), (application) => application.candidateId),
  }
  return { world, rejected }
}

/** The embedded copies come first: the list of applications is read after the candidates. */
function readApplications(source: Source, rejected: RejectedRecord[]): Map<string, Application> {
  const applications = new Map<string, Application>()
  for (const candidate of source.candidates) {
    const holder = readableId(candidate)
    for (const copy of embedded(candidate)) {
      const read = (raw: unknown) => readApplication(raw, holder)
      readOne('applications', copy, read, rejected, (application) => {
        if (overwrites(application, applications.get(application.remoteId)))
          applications.set(application.remoteId, application)
      })
    }
  }
  for (const raw of source.applications) {
    const read = (element: unknown) => readApplication(element)
    readOne('applications', raw, read, rejected, (application) =>
      applications.set(application.remoteId, application),
    )
  }
  return applications
}

function embedded(candidate: unknown): unknown[] {
  if (!isObject(candidate) || !Array.isArray(candidate.applications)) return []
  return candidate.applications.filter((element: unknown) => element !== null)
}

/** A rejected record leaves the row that it had; a later read that succeeds takes it off the list. */
function readOne<T extends GemRecord>(
  stream: Stream,
  raw: unknown,
  read: (raw: unknown) => T,
  rejected: RejectedRecord[],
  keep: (record: T) => void,
): void {
  const id = readableId(raw)
  const earlier = rejected.findIndex((entry) => entry.stream === stream && entry.remote_id === id)
  try {
    keep(read(raw))
    if (id !== null && earlier >= 0) rejected.splice(earlier, 1)
  } catch (error) {
    if (!(error instanceof Rejected)) throw error
    if (id === null || earlier < 0) rejected.push({ stream, remote_id: id })
  }
}
