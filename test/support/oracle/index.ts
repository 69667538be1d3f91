import { applicationJob, candidateSource, chosenPosting, interviewStage } from './derived.ts'
import { storableJson } from './exact-json.ts'
import { rowId } from './ids.ts'
import { integrationFields } from './integration-fields.ts'
import { postingUrl } from './job-postings.ts'
import { interviewingTeamMembers, jobApplicationStages, jobHiringTeamMembers } from './join-tables.ts'
import type { ExpectedTables, GemRecord, MainTable, OracleOptions, Row, Source, Tables } from './types.ts'
import { readWorld, type World } from './world.ts'

export { ANY, ANY_TIME, type ExpectedTables, type OracleOptions, type Source, type Tables } from './types.ts'

type Own<T> = (record: T) => Row

/** What one complete full sync of `source` into an empty database leaves in the ten tables. */
export function expectedTables(source: Source, options: OracleOptions): ExpectedTables {
  const { world, rejected } = readWorld(source)
  return { ...tablesOf(world, options), rejected }
}

/** The ten tables that such a world makes. */
export function tablesOf(world: World, options: OracleOptions): Tables {
  const { account, settings } = options
  const reference = (table: MainTable, id: string | null): string | null =>
    id !== null && world[table].has(id) ? rowId(account, table, id) : null
  const rows = <T extends GemRecord>(table: MainTable, records: Map<string, T>, own: Own<T>) =>
    mainRows(table, records, own, options)
  return {
    users: rows('users', world.users, (user) => user.own),
    jobs: rows('jobs', world.jobs, (job) => ({ ...job.own, ...fromPosting(world, job.remoteId, settings) })),
    job_postings: rows('job_postings', world.job_postings, (posting) => ({
      ...posting.own,
      url: postingUrl(posting, settings.jobBoard),
      job_id: reference('jobs', posting.jobId),
    })),
    candidates: rows('candidates', world.candidates, (candidate) => ({
      ...candidate.own,
      source: candidateSource(world, candidate.remoteId),
    })),
    application_stages: rows('application_stages', world.application_stages, (stage) => stage.own),
    applications: rows('applications', world.applications, (application) => ({
      ...application.own,
      current_stage_id: reference('application_stages', application.stageId),
      job_id: reference('jobs', applicationJob(world, application)),
      candidate_id: reference('candidates', application.candidateId),
    })),
    interviews: rows('interviews', world.interviews, (interview) => ({
      ...interview.own,
      application_id: reference('applications', interview.applicationId),
      stage_id: reference('application_stages', interviewStage(world, interview)),
    })),
    job_application_stages: jobApplicationStages(world, account),
    job_hiring_team_members: jobHiringTeamMembers(world, account),
    interviewing_team_members: interviewingTeamMembers(world, account),
  }
}

function fromPosting(world: World, jobId: string, settings: OracleOptions['settings']): Row {
  const posting = chosenPosting(world, jobId)
  return {
    description: posting?.own.description_html ?? null,
    post_url: posting === null ? null : postingUrl(posting, settings.jobBoard),
  }
}

const CUSTOMISED: MainTable[] = ['jobs', 'candidates', 'applications']

function mainRows<T extends GemRecord>(
  table: MainTable,
  records: Map<string, T>,
  own: Own<T>,
  { account, settings }: OracleOptions,
): Map<string, Row> {
  const result = new Map<string, Row>()
  for (const record of records.values()) {
    const row: Row = {
      account,
      id: rowId(account, table, record.remoteId),
      remote_id: record.remoteId,
      remote_deleted_at: record.deletedAt,
      remote_data: storableJson(record.raw),
      ...own(record),
    }
    if (CUSTOMISED.includes(table)) {
      row.custom_fields = storableJson(row.custom_fields)
      row.integration_fields = integrationFields(table, settings.integrationFields, row.remote_data)
    }
    result.set(record.remoteId, row)
  }
  return result
}
