import { z } from 'zod'
import { jsonObject, oneOf, text as textColumn, time as timeColumn } from './columns.ts'
import { idOrNull, wholeList, wholeObject } from './custom-fields.ts'
import { gemList, gemObject, gemRecord, gemText, gemTime } from './gem-fields.ts'
import { integrationFields, integrationFieldsColumn } from './integration-fields.ts'
import { defineModel, type MappingContext } from './model.ts'
import { deletionMark, elements, text, time, translate } from './values.ts'

/** Several jobs: the one that owns the current stage is the application's, which only the stages can tell. */
export interface ApplicationFacts {
  readonly jobs: readonly string[]
}

const named = { id: true, name: true } as const

/** Source: GET /ats/v0/applications/, and the copies in candidates (gem-api.md 4.7). */
export const applications = defineModel({
  table: 'applications',
  comment: 'Applications of candidates for jobs; one without a job is a prospect',
  gem: gemRecord({
    candidate_id: gemText,
    jobs: gemList(gemRecord({ id: gemText })),
    job_post_id: gemText,
    status: gemText,
    current_stage: gemRecord({ id: gemText }).nullish(),
    rejection_reason: gemRecord({ name: gemText, type: gemRecord({ name: gemText }).nullish() }).nullish(),
    source: gemRecord({ id: gemText, public_name: gemText }).nullish(),
    // An id in Gem; an object in Harvest, whose shapes Gem repeats.
    credited_to: z.union([z.string(), gemRecord({ id: gemText })]).nullish(),
    custom_fields: gemObject,
    applied_at: gemTime,
    rejected_at: gemTime,
    last_activity_at: gemTime,
    deleted_at: gemTime,
  }),
  columns: {
    outcome: oneOf('PENDING: active in Gem', ['PENDING', 'HIRED', 'DECLINED']),
    rejection_reason_name: textColumn(
      'Why it was rejected, or why the candidate dropped out; null unless DECLINED',
    ),
    rejected_at: timeColumn('When it was rejected; null unless DECLINED'),
    custom_fields: jsonObject(
      "{source, source_id, jobs, credited_to, job_post_id, rejection_reason_type, gem}: Gem's ids and names; gem holds the account's own fields",
      z.object({
        source: z.string().nullable(),
        source_id: z.string().nullable(),
        jobs: wholeList,
        credited_to: z.string().nullable(),
        job_post_id: z.string().nullable(),
        rejection_reason_type: z.string().nullable(),
        gem: wholeObject,
      }),
    ),
    integration_fields: integrationFieldsColumn,
    remote_created_at: timeColumn('When the candidate applied'),
    remote_updated_at: timeColumn("Gem's last activity; Gem has no time of the last update"),
  },
  references: { current_stage_id: 'application_stages', job_id: 'jobs', candidate_id: 'candidates' },
  derived: {},
  heldBy: 'candidate_id',
  // The account's own fields hold answers and free text; stage, source and reason are words of the company's.
  personal: {
    keeps: {
      ...{ id: true, candidate_id: true, jobs: named, job_post_id: true, status: true, current_stage: named },
      ...{ source: { id: true, public_name: true }, rejection_reason: { ...named, type: named } },
      ...{ applied_at: true, rejected_at: true, last_activity_at: true, deleted_at: true },
    },
    columns: { integration_fields: [] },
    customFields: {
      keeps: {
        ...{ source: true, source_id: true, jobs: named, credited_to: true, job_post_id: true },
        rejection_reason_type: true,
      },
      emptied: { gem: {} },
    },
  },
}).mappedBy((application, context) => {
  const { rejection_reason, source, credited_to } = application
  const outcome = translate(application.status, outcomes, 'status', context)
  const declined = outcome === 'DECLINED'
  const jobs = jobIds(application.jobs, context)
  const facts: ApplicationFacts | null = jobs.length > 1 ? { jobs } : null
  return {
    deleted: deletionMark(application.deleted_at, context),
    columns: {
      outcome,
      // Gem may keep both after a rejection was taken back.
      rejection_reason_name: declined ? text(rejection_reason?.name) : null,
      rejected_at: declined ? time(application.rejected_at, 'rejected_at', context) : null,
      custom_fields: {
        source: text(source?.public_name),
        source_id: idOrNull(source?.id),
        jobs: application.jobs ?? [],
        credited_to: idOrNull(typeof credited_to === 'string' ? credited_to : credited_to?.id),
        job_post_id: idOrNull(application.job_post_id),
        rejection_reason_type: text(rejection_reason?.type?.name),
        gem: application.custom_fields ?? {},
      },
      integration_fields: integrationFields('applications', application, context),
      remote_created_at: time(application.applied_at, 'applied_at', context),
      remote_updated_at: time(application.last_activity_at, 'last_activity_at', context),
    },
    references: {
      current_stage_id: context.reference(application.current_stage?.id),
      job_id: jobs[0] ?? null,
      candidate_id: context.reference(application.candidate_id || context.holder),
    },
    facts,
    pairs: [],
  }
})

const outcomes = { active: 'PENDING', hired: 'HIRED', rejected: 'DECLINED' } as const

type NamedJobs = readonly ({ readonly id?: string | null | undefined } | null)[] | null | undefined

/** The distinct jobs, in Gem's order. */
function jobIds(jobs: NamedJobs, context: MappingContext): string[] {
  const ids = elements(jobs, 'jobs', context).map((job) => context.reference(job.id))
  return [...new Set(ids.filter((id) => id !== null))]
}
