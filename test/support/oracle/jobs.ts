import { location } from './locations.ts'
import { flag, idOf, inner, known, list, objects, readRecord, text, time } from './shape.ts'
import type { GemRecord, Row } from './types.ts'

export type Job = GemRecord & { own: Row; hiringTeam: { role: string; userIds: string[] }[] }

const STATUSES = {
  open: 'OPEN',
  closed: 'CLOSED',
  draft: 'DRAFT',
  pending_approval: 'DRAFT',
  approved: 'DRAFT',
}
const REMOTE_WORK = { in_office: 'ON_SITE', hybrid: 'HYBRID', remote: 'REMOTE' }
/** In the order in which roles stand in a row. */
const ROLES = [
  ['HIRING_MANAGER', 'hiring_managers'],
  ['RECRUITER', 'recruiters'],
  ['COORDINATOR', 'coordinators'],
  ['SOURCER', 'sourcers'],
] as const

export function readJob(raw: unknown): Job {
  const record = readRecord(raw)
  const job = record.raw
  const isTemplate = flag(job, 'is_template')
  const status = known(text(job, 'status'), STATUSES)
  const department = objects(job, 'departments')[0]
  const own = {
    name: text(job, 'name'),
    job_code: text(job, 'requisition_id'),
    confidential: flag(job, 'confidential'),
    status: isTemplate === true ? 'DRAFT' : status,
    department: department === undefined ? null : text(department, 'name'),
    location: location(objects(job, 'offices')[0]),
    remote_work_status: known(text(job, 'location_type'), REMOTE_WORK),
    custom_fields: {
      offices: list(job, 'offices') ?? [],
      departments: list(job, 'departments') ?? [],
      is_template: isTemplate,
      gem: inner(job, 'custom_fields') ?? {},
    },
    opened_at: time(job, 'opened_at'),
    closed_at: time(job, 'closed_at'),
    remote_created_at: time(job, 'created_at'),
    remote_updated_at: time(job, 'updated_at'),
  }
  return { ...record, own, hiringTeam: hiringTeam(job) }
}

function hiringTeam(job: GemRecord['raw']): Job['hiringTeam'] {
  const team = inner(job, 'hiring_team') ?? {}
  return ROLES.map(([role, key]) => {
    const ids = objects(team, key).map((member) => idOf(member, 'id'))
    return { role, userIds: ids.filter((id) => id !== null) }
  })
}
