import type { Db } from './connect.ts'
import { applicationsInStages, refreshApplicationJobs } from './derived/application-jobs.ts'
import { refreshCandidateSources } from './derived/candidate-sources.ts'
import {
  interviewsOfApplications,
  interviewsOfPlans,
  refreshInterviewStages,
} from './derived/interview-stages.ts'
import { jobsOfPostings, refreshJobDescriptions } from './derived/job-descriptions.ts'
import { jobsOfStages, refreshJobStageRanks } from './derived/job-stage-ranks.ts'
import type { StageFactsChanges } from './facts/job-stage-facts.ts'
import { settlePairs } from './pairs.ts'
import type { Change, Changes, PageContext } from './rows.ts'
import { settleReferences } from './waiting-references.ts'

/** What writing did; what follows from it is yet to be brought up to date. */
export interface Followed {
  readonly changes: Changes
  readonly facts: FactsChanges
}

/** What a page's facts add to the changes of its rows. */
export interface FactsChanges {
  readonly stages: StageFactsChanges
  /** Jobs whose postings changed hands or were first published. */
  readonly jobsOfPostings: readonly string[]
  /** Applications of the page that name several jobs. */
  readonly severalJobs: readonly string[]
}

export const noFactsChanges: FactsChanges = {
  stages: { jobs: [], movedStages: [], planKeys: [] },
  jobsOfPostings: [],
  severalJobs: [],
}

export const noChanges: Followed = { changes: {}, facts: noFactsChanges }

/**
 * Brings up to date what other records decide: references that waited for the rows that came, and the computed
 * columns of every row that the changes touch. Each step only adds to what the steps after it look at.
 *
 * @param foreseen new rows whose computed values are right, as far as these changes alone are concerned.
 */
export async function followChanges(
  trx: Db,
  context: PageContext,
  written: readonly Followed[],
  foreseen: ReadonlySet<string> = new Set(),
): Promise<void> {
  const { changes: own, facts } = written.reduce(merge, noChanges)
  const inserted = insertedOf(Object.values(own).flat())
  const settled = await settleReferences(trx, context, inserted)
  await settlePairs(trx, context, insertedOf(own.users))
  const changes = mergeChanges(own, settled)

  const rechosen = await refreshApplicationJobs(
    trx,
    context,
    unique(
      facts.severalJobs,
      idsOf(settled.applications),
      await applicationsInStages(trx, context, facts.stages.movedStages),
    ),
  )
  const applications = [...(changes.applications ?? []), ...rechosen]

  await refreshInterviewStages(
    trx,
    context,
    unique(
      idsOf(own.interviews).filter((id) => !foreseen.has(id)),
      idsOf(settled.interviews),
      // One that is new has no interviews but those that waited for it, which have changed themselves.
      await interviewsOfApplications(trx, context, idsOf(applications.filter(isMovedToAnotherJob))),
      await interviewsOfPlans(trx, context, facts.stages.planKeys),
    ),
  )
  await refreshJobStageRanks(
    trx,
    context,
    unique(
      facts.stages.jobs,
      insertedOf(changes.jobs),
      await jobsOfStages(trx, idsOf(changes.application_stages)),
    ),
  )
  await refreshJobDescriptions(
    trx,
    context,
    unique(
      facts.jobsOfPostings,
      insertedOf(changes.jobs),
      await jobsOfPostings(trx, idsOf(changes.job_postings)),
    ),
  )
  await refreshCandidateSources(
    trx,
    context,
    unique(
      [...insertedOf(own.candidates), ...parentsOf(own.applications, 'candidate_id')].filter(
        (id) => !foreseen.has(id),
      ),
      parentsOf(settled.applications, 'candidate_id'),
    ),
  )
}

function merge(one: Followed, other: Followed): Followed {
  return {
    changes: mergeChanges(one.changes, other.changes),
    facts: {
      stages: {
        jobs: [...one.facts.stages.jobs, ...other.facts.stages.jobs],
        movedStages: [...one.facts.stages.movedStages, ...other.facts.stages.movedStages],
        planKeys: [...one.facts.stages.planKeys, ...other.facts.stages.planKeys],
      },
      jobsOfPostings: [...one.facts.jobsOfPostings, ...other.facts.jobsOfPostings],
      severalJobs: [...one.facts.severalJobs, ...other.facts.severalJobs],
    },
  }
}

function mergeChanges(one: Changes, other: Changes): Changes {
  const merged: Changes = { ...one }
  for (const table of Object.keys(other) as (keyof Changes)[]) {
    merged[table] = [...(one[table] ?? []), ...(other[table] ?? [])]
  }
  return merged
}

const idsOf = (changes: readonly Change[] = []) => changes.map((change) => change.id)

const insertedOf = (changes: readonly Change[] = []) =>
  changes.filter((change) => change.inserted).map((change) => change.id)

const isMovedToAnotherJob = ({ inserted, previous, current }: Change) =>
  !inserted && previous.job_id !== current.job_id

/** Parents before and after the change: a row that changes hands touches both. */
const parentsOf = (changes: readonly Change[] = [], column: string) =>
  changes
    .flatMap((change) => [change.previous[column], change.current[column]])
    .filter((parent): parent is string => typeof parent === 'string')

const unique = (...lists: readonly (readonly string[])[]) => [...new Set(lists.flat())]
