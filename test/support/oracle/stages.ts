import { flag, idOf, integer, objects, readRecord, text } from './shape.ts'
import type { GemRecord, Row } from './types.ts'

export type Stage = GemRecord & {
  own: Row
  jobId: string | null
  priority: number | null
  /** Active (absent counts as active) and not deleted: it has a place in its job's order. */
  ordered: boolean
  plan: { interviewId: string | null; itemId: string | null }[]
}

export function readStage(raw: unknown): Stage {
  const record = readRecord(raw)
  const priority = integer(record.raw, 'priority')
  const plan = objects(record.raw, 'interviews').map((interview) => ({
    interviewId: idOf(interview, 'id'),
    itemId: idOf(interview, 'job_stage_interview_item_id'),
  }))
  return {
    ...record,
    own: { name: text(record.raw, 'name'), global_index: priority },
    jobId: idOf(record.raw, 'job_id'),
    priority,
    ordered: flag(record.raw, 'active') !== false && record.deletedAt === null,
    plan,
  }
}
