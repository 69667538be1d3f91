import { integer as integerColumn, text as textColumn } from './columns.ts'
import { idOrNull } from './custom-fields.ts'
import { gemFlag, gemList, gemNumber, gemRecord, gemText, gemTime } from './gem-fields.ts'
import { defineModel } from './model.ts'
import { deletionMark, elements, integer, numberText, text } from './values.ts'

/** What a job's order of stages, an application's job and an interview's stage need to know of a stage. */
export interface JobStageFacts {
  readonly job: string | null
  /** Gem's own flag; a deleted stage may still carry it. */
  readonly active: boolean
  /** Gem's own number, digit by digit: it orders the stages although no column may hold it. */
  readonly priority: string | null
  /** Ids of the planned interviews: `item` is the place in this stage, `interview` may stand in other stages too. */
  readonly plan: readonly { readonly item: string | null; readonly interview: string | null }[]
}

/** Source: GET /ats/v0/job_stages/ (gem-api.md 4.5). */
export const applicationStages = defineModel({
  table: 'application_stages',
  comment: 'Stages that applications go through; each belongs to one job (see ats.job_application_stages)',
  gem: gemRecord({
    name: gemText,
    job_id: gemText,
    priority: gemNumber,
    active: gemFlag,
    interviews: gemList(gemRecord({ id: gemText, job_stage_interview_item_id: gemText })),
    deleted_at: gemTime,
  }),
  columns: {
    name: textColumn('Name of the stage'),
    global_index: integerColumn(
      "Gem's priority: orders the stages of one job, smallest first. Null if it is no integer that fits",
    ),
  },
  references: {},
  derived: {},
}).mappedBy((stage, context) => {
  const plan = elements(stage.interviews, 'interviews', context).map((interview) => ({
    item: idOrNull(interview.job_stage_interview_item_id),
    interview: idOrNull(interview.id),
  }))
  const facts: JobStageFacts = {
    job: context.reference(stage.job_id),
    active: stage.active !== false,
    priority: numberText(stage.priority),
    plan: plan.filter(({ item, interview }) => item !== null || interview !== null),
  }
  return {
    deleted: deletionMark(stage.deleted_at, context),
    columns: { name: text(stage.name), global_index: integer(stage.priority, 'priority', context) },
    references: {},
    facts,
    pairs: [],
  }
})
