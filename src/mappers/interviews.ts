import { boolean, text as textColumn, time as timeColumn } from './columns.ts'
import { gemList, gemRecord, gemText, gemTime } from './gem-fields.ts'
import { defineModel, type MappingContext, type Pair } from './model.ts'
import { deletionMark, elements, text, time } from './values.ts'

// An all-day event carries `date` instead of `date_time`.
const gemMoment = gemRecord({ date_time: gemTime, date: gemTime }).nullish()

/** The place in a job's interview plan that it fills. */
export interface InterviewFacts {
  readonly item: string
}

const moments = { date_time: true, date: true, timezone: true, time_zone: true } as const

/** Source: GET /ats/v0/scheduled_interviews/ (gem-api.md 4.8). */
export const interviews = defineModel({
  table: 'interviews',
  comment: 'Scheduled interviews',
  gem: gemRecord({
    application_id: gemText,
    interview: gemRecord({ id: gemText, name: gemText }).nullish(),
    job_stage_interview_item_id: gemText,
    start: gemMoment,
    end: gemMoment,
    interviewers: gemList(gemRecord({ id: gemText })),
    created_at: gemTime,
    updated_at: gemTime,
    deleted_at: gemTime,
  }),
  columns: {
    title: textColumn('Name of the planned interview'),
    starting_at: timeColumn('Begin; midnight UTC for a whole day'),
    ending_at: timeColumn('End; midnight UTC for a whole day'),
    canceled: boolean('Gem says that it was deleted: it has no other sign of a cancelled interview'),
    remote_created_at: timeColumn('When it was created in Gem'),
    remote_updated_at: timeColumn('When it was last updated, according to Gem'),
  },
  references: { application_id: 'applications' },
  derived: {
    stage_id: {
      postgres: 'uuid',
      references: 'application_stages',
      comment: 'Stage whose plan holds this interview',
    },
  },
  join: {
    table: 'interviewing_team_members',
    owner: 'interview_id',
    parent: 'user_id',
    parentTable: 'users',
  },
  // Locations, links and calendar entries are free text; who interviewed is in the join table.
  personal: {
    keeps: {
      ...{ id: true, application_id: true, candidate_id: true, interview: { id: true, name: true } },
      ...{ job_stage_interview_item_id: true, start: moments, end: moments, status: true },
      ...{ created_at: true, updated_at: true, deleted_at: true },
    },
    columns: {},
  },
}).mappedBy((interview, context) => {
  const deleted = deletionMark(interview.deleted_at, context)
  const item = interview.job_stage_interview_item_id
  const facts: InterviewFacts | null = typeof item === 'string' ? { item } : null
  return {
    deleted,
    columns: {
      title: text(interview.interview?.name),
      starting_at: moment(interview.start, 'start', context),
      ending_at: moment(interview.end, 'end', context),
      canceled: deleted !== null,
      remote_created_at: time(interview.created_at, 'created_at', context),
      remote_updated_at: time(interview.updated_at, 'updated_at', context),
    },
    references: { application_id: context.reference(interview.application_id) },
    facts,
    pairs: interviewerPairs(interview.interviewers, context),
  }
})

type Moment = Partial<Record<'date_time' | 'date', string | null | undefined>> | null | undefined

function moment(value: Moment, field: string, context: MappingContext): string | null {
  return time(text(value?.date_time) ?? value?.date, field, context)
}

type Interviewers = readonly ({ readonly id?: string | null | undefined } | null)[] | null | undefined

/** One pair a user: whoever declined stays, and the order does not matter. */
function interviewerPairs(interviewers: Interviewers, context: MappingContext): Pair[] {
  const users = new Set<string>()
  for (const { id } of elements(interviewers, 'interviewers', context)) {
    const user = context.reference(id)
    if (user === null) context.warn('interviewers: one without a usable id')
    else users.add(user)
  }
  return [...users].map((parent) => ({ parent }))
}
