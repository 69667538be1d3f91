import type { JoinTable, MainTable } from '../streams.ts'
import { hiringTeamRoles } from './hiring-team.ts'

/** A table of pairs. Its rows' ids are made of the remote ids of owner and parent, in this order. */
export interface Join {
  /** COMMENT ON TABLE. */
  readonly comment: string
  /** Column and table of the record that asks for the pairs (of the job, for its order of stages). */
  readonly owner: { readonly column: string; readonly table: MainTable }
  readonly parent: { readonly column: string; readonly table: MainTable }
  /** Columns besides the two ids. */
  readonly columns: Readonly<Record<string, JoinColumn>>
}

export interface JoinColumn {
  readonly postgres: 'integer' | 'text[]'
  readonly comment: string
  /** Values of the elements that a CHECK allows. */
  readonly oneOf?: readonly string[]
}

export const joinTables: Record<JoinTable, Join> = {
  job_application_stages: {
    comment: 'The order of the active stages of each job',
    owner: { column: 'job_id', table: 'jobs' },
    parent: { column: 'stage_id', table: 'application_stages' },
    columns: { index: { postgres: 'integer', comment: 'Place among the stages of the job, 0 is the first' } },
  },
  job_hiring_team_members: {
    comment: 'Who works on a job, in which roles',
    owner: { column: 'job_id', table: 'jobs' },
    parent: { column: 'user_id', table: 'users' },
    columns: {
      roles: { postgres: 'text[]', comment: 'All roles of the user at the job', oneOf: hiringTeamRoles },
    },
  },
  interviewing_team_members: {
    comment: 'Who interviews, whether they accepted or not',
    owner: { column: 'interview_id', table: 'interviews' },
    parent: { column: 'user_id', table: 'users' },
    columns: {},
  },
}
