import { z } from 'zod'
import { boolean, json, jsonObject, oneOf, text as textColumn, time as timeColumn } from './columns.ts'
import { wholeList, wholeObject } from './custom-fields.ts'
import { gemFlag, gemList, gemObject, gemRecord, gemText, gemTime } from './gem-fields.ts'
import { gemHiringTeam, hiringTeamPairs } from './hiring-team.ts'
import { integrationFields, integrationFieldsColumn } from './integration-fields.ts'
import { gemOffice, locationOf, locationSchema } from './location.ts'
import { defineModel } from './model.ts'
import { deletionMark, elements, text, time, translate } from './values.ts'

/** Source: GET /ats/v0/jobs/ (gem-api.md 4.3). */
export const jobs = defineModel({
  table: 'jobs',
  comment: 'Jobs and templates for jobs (custom_fields.is_template)',
  gem: gemRecord({
    name: gemText,
    requisition_id: gemText,
    confidential: gemFlag,
    status: gemText,
    is_template: gemFlag,
    departments: gemList(gemRecord({ name: gemText })),
    offices: gemList(gemOffice),
    hiring_team: gemHiringTeam,
    location_type: gemText,
    custom_fields: gemObject,
    opened_at: gemTime,
    closed_at: gemTime,
    created_at: gemTime,
    updated_at: gemTime,
    deleted_at: gemTime,
  }),
  columns: {
    name: textColumn('Name inside the company; postings have titles of their own'),
    job_code: textColumn('Requisition id'),
    confidential: boolean('Visible to its hiring team and administrators only'),
    status: oneOf('DRAFT: not approved yet, or a template. ARCHIVED has no source in Gem', [
      'OPEN',
      'CLOSED',
      'DRAFT',
      'ARCHIVED',
    ]),
    department: textColumn('Name of the first department; all are in custom_fields.departments'),
    location: json(
      'The first office, parsed as well as its label allows; all are in custom_fields.offices',
      locationSchema,
    ),
    remote_work_status: oneOf('Where the work is done; null where Gem does not say', [
      'ON_SITE',
      'HYBRID',
      'REMOTE',
    ]),
    custom_fields: jsonObject(
      "{offices, departments, is_template, gem}: as Gem sends them; gem holds the account's own fields",
      z.object({
        offices: wholeList,
        departments: wholeList,
        is_template: z.boolean().nullable(),
        gem: wholeObject,
      }),
    ),
    integration_fields: integrationFieldsColumn,
    opened_at: timeColumn('When it was opened'),
    closed_at: timeColumn('When it was closed'),
    remote_created_at: timeColumn('When it was created in Gem'),
    remote_updated_at: timeColumn('When it was last updated, according to Gem'),
  },
  references: {},
  derived: {
    description: textColumn('HTML of the most recent live posting (ats.job_postings.description_html)'),
    post_url: textColumn('URL of the most recent live posting (ats.job_postings.url)'),
  },
  join: { table: 'job_hiring_team_members', owner: 'job_id', parent: 'user_id', parentTable: 'users' },
}).mappedBy((job, context) => {
  const departments = elements(job.departments, 'departments', context)
  const offices = elements(job.offices, 'offices', context)
  return {
    deleted: deletionMark(job.deleted_at, context),
    columns: {
      name: text(job.name),
      job_code: text(job.requisition_id),
      confidential: job.confidential ?? null,
      // A template is no vacancy, whatever its status says.
      status: job.is_template === true ? 'DRAFT' : translate(job.status, statuses, 'status', context),
      department: text(departments[0]?.name),
      location: offices[0] === undefined ? null : locationOf(offices[0]),
      remote_work_status: translate(job.location_type, workStatuses, 'location_type', context),
      custom_fields: {
        offices: job.offices ?? [],
        departments: job.departments ?? [],
        is_template: job.is_template ?? null,
        gem: job.custom_fields ?? {},
      },
      integration_fields: integrationFields('jobs', job, context),
      opened_at: time(job.opened_at, 'opened_at', context),
      closed_at: time(job.closed_at, 'closed_at', context),
      remote_created_at: time(job.created_at, 'created_at', context),
      remote_updated_at: time(job.updated_at, 'updated_at', context),
    },
    references: {},
    facts: null,
    pairs: hiringTeamPairs(job.hiring_team, context),
  }
})

const statuses = {
  open: 'OPEN',
  closed: 'CLOSED',
  draft: 'DRAFT',
  pending_approval: 'DRAFT',
  approved: 'DRAFT',
} as const

const workStatuses = { in_office: 'ON_SITE', hybrid: 'HYBRID', remote: 'REMOTE' } as const
