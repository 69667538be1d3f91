import { orderedStages } from './derived.ts'
import { pairKey, rowId } from './ids.ts'
import { type JoinTable, joinTables, type Row } from './types.ts'
import type { World } from './world.ts'

/** A pair waits (has no row) until both parents are there. */
function addPair(rows: Map<string, Row>, table: JoinTable, account: string, ids: [string, string], own: Row) {
  const [[firstColumn, firstTable], [secondColumn, secondTable]] = joinTables[table]
  rows.set(pairKey(...ids), {
    account,
    id: rowId(account, table, ...ids),
    remote_deleted_at: null,
    [firstColumn]: rowId(account, firstTable, ids[0]),
    [secondColumn]: rowId(account, secondTable, ids[1]),
    ...own,
  })
}

export function jobApplicationStages(world: World, account: string): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (const jobId of world.jobs.keys())
    for (const [index, stage] of orderedStages(world, jobId).entries())
      addPair(rows, 'job_application_stages', account, [jobId, stage.remoteId], { index })
  return rows
}

export function jobHiringTeamMembers(world: World, account: string): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (const job of world.jobs.values())
    for (const userId of new Set(job.hiringTeam.flatMap((list) => list.userIds))) {
      if (!world.users.has(userId)) continue
      const roles = job.hiringTeam.filter((list) => list.userIds.includes(userId)).map((list) => list.role)
      addPair(rows, 'job_hiring_team_members', account, [job.remoteId, userId], { roles })
    }
  return rows
}

export function interviewingTeamMembers(world: World, account: string): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (const interview of world.interviews.values())
    for (const userId of new Set(interview.interviewerIds))
      if (world.users.has(userId))
        addPair(rows, 'interviewing_team_members', account, [interview.remoteId, userId], {})
  return rows
}
