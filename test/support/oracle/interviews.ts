import { idOf, inner, objects, readRecord, text, time } from './shape.ts'
import type { GemRecord, Row } from './types.ts'

export type Interview = GemRecord & {
  own: Row
  applicationId: string | null
  interviewId: string | null
  itemId: string | null
  interviewerIds: string[]
}

export function readInterview(raw: unknown): Interview {
  const record = readRecord(raw)
  const definition = inner(record.raw, 'interview') ?? {}
  const interviewerIds = objects(record.raw, 'interviewers').map((interviewer) => idOf(interviewer, 'id'))
  const own = {
    title: text(definition, 'name'),
    starting_at: moment(record.raw, 'start'),
    ending_at: moment(record.raw, 'end'),
    canceled: record.deletedAt !== null,
    remote_created_at: time(record.raw, 'created_at'),
    remote_updated_at: time(record.raw, 'updated_at'),
  }
  return {
    ...record,
    own,
    applicationId: idOf(record.raw, 'application_id'),
    interviewId: idOf(definition, 'id'),
    itemId: idOf(record.raw, 'job_stage_interview_item_id'),
    interviewerIds: interviewerIds.filter((id) => id !== null),
  }
}

/** All-day events carry `date` instead of `date_time`. */
function moment(raw: GemRecord['raw'], key: string): Date | null {
  const value = inner(raw, key) ?? {}
  const day = time(value, 'date')
  return time(value, 'date_time') ?? day
}
