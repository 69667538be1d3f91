import { isObject } from './exact-json.ts'
import { idOf, inner, known, list, objects, readRecord, text, time } from './shape.ts'
import type { GemRecord, Row } from './types.ts'

export type Application = GemRecord & {
  own: Row
  candidateId: string | null
  stageId: string | null
  jobIds: string[]
  appliedAt: Date | null
  lastActivityAt: Date | null
  sourceName: string | null
}

const OUTCOMES = { active: 'PENDING', hired: 'HIRED', rejected: 'DECLINED' }

/** @param holder the candidate's id, for an embedded copy. */
export function readApplication(raw: unknown, holder: string | null = null): Application {
  const record = readRecord(raw)
  const application = record.raw
  const appliedAt = time(application, 'applied_at')
  const lastActivityAt = time(application, 'last_activity_at')
  const source = inner(application, 'source') ?? {}
  const sourceName = text(source, 'public_name')
  const stage = inner(application, 'current_stage') ?? {}
  const jobIds = objects(application, 'jobs').map((job) => idOf(job, 'id'))
  const own = {
    ...rejection(application),
    custom_fields: customFields(application, sourceName, idOf(source, 'id')),
    remote_created_at: appliedAt,
    remote_updated_at: lastActivityAt,
  }
  return {
    ...record,
    own,
    candidateId: idOf(application, 'candidate_id') ?? holder,
    stageId: idOf(stage, 'id'),
    jobIds: jobIds.filter((id) => id !== null),
    appliedAt,
    lastActivityAt,
    sourceName,
  }
}

function rejection(application: GemRecord['raw']): Row {
  const status = text(application, 'status')
  const reason = inner(application, 'rejection_reason') ?? {}
  const name = text(reason, 'name')
  const rejectedAt = time(application, 'rejected_at')
  return {
    outcome: known(status, OUTCOMES),
    rejection_reason_name: status === 'rejected' ? name : null,
    rejected_at: status === 'rejected' ? rejectedAt : null,
  }
}

function customFields(application: GemRecord['raw'], source: string | null, sourceId: string | null): Row {
  const reason = inner(application, 'rejection_reason') ?? {}
  return {
    source,
    source_id: sourceId,
    jobs: list(application, 'jobs') ?? [],
    credited_to: creditedTo(application),
    job_post_id: idOf(application, 'job_post_id'),
    rejection_reason_type: text(inner(reason, 'type') ?? {}, 'name'),
    gem: inner(application, 'custom_fields') ?? {},
  }
}

function creditedTo(application: GemRecord['raw']): string | null {
  const value = Object.hasOwn(application, 'credited_to') ? application.credited_to : null
  if (isObject(value)) return idOf(value, 'id')
  return idOf(application, 'credited_to')
}

/** An embedded copy does not overwrite a row whose last activity is newer than its own. */
export function overwrites(copy: Application, row: Application | undefined): boolean {
  if (row === undefined || row.lastActivityAt === null) return true
  return copy.lastActivityAt !== null && copy.lastActivityAt.getTime() >= row.lastActivityAt.getTime()
}
