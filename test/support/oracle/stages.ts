import { canonicalNumber } from './exact-json.ts'
import { flag, idOf, number, objects, readRecord, text } from './shape.ts'
import type { GemRecord, Row } from './types.ts'

export type Stage = GemRecord & {
  own: Row
  jobId: string | null
  /** As sent, digit by digit. */
  priority: string | null
  /** Active (absent counts as active) and not deleted: it has a place in its job's order. */
  ordered: boolean
  plan: { interviewId: string | null; itemId: string | null }[]
}

export function readStage(raw: unknown): Stage {
  const record = readRecord(raw)
  const priority = number(record.raw, 'priority')
  const plan = objects(record.raw, 'interviews').map((interview) => ({
    interviewId: idOf(interview, 'id'),
    itemId: idOf(interview, 'job_stage_interview_item_id'),
  }))
  return {
    ...record,
    own: { name: text(record.raw, 'name'), global_index: integer(priority) },
    jobId: idOf(record.raw, 'job_id'),
    priority,
    ordered: flag(record.raw, 'active') !== false && record.deletedAt === null,
    plan,
  }
}

/** What PostgreSQL's `integer` holds. */
function integer(sent: string | null): number | null {
  if (sent === null) return null
  const value = Number(sent)
  const isHeld = Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31
  return isHeld && canonicalNumber(String(value)) === canonicalNumber(sent) ? value : null
}
