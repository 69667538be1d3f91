import type { JsonObject } from './exact-json.ts'

export type Stream =
  | 'users'
  | 'job_stages'
  | 'jobs'
  | 'job_posts'
  | 'candidates'
  | 'applications'
  | 'scheduled_interviews'

/** What Gem's lists serve in one complete full sync, in the order in which they serve it. */
export type Source = Record<Stream, unknown[]>

export const mainTables = [
  'users',
  'jobs',
  'job_postings',
  'candidates',
  'application_stages',
  'applications',
  'interviews',
] as const
export type MainTable = (typeof mainTables)[number]

/** The join tables with their two parents, in the order of the contract. */
export const joinTables = {
  job_application_stages: [
    ['job_id', 'jobs'],
    ['stage_id', 'application_stages'],
  ],
  job_hiring_team_members: [
    ['job_id', 'jobs'],
    ['user_id', 'users'],
  ],
  interviewing_team_members: [
    ['interview_id', 'interviews'],
    ['user_id', 'users'],
  ],
} as const satisfies Record<string, readonly [readonly [string, MainTable], readonly [string, MainTable]]>
export type JoinTable = keyof typeof joinTables
export const joinTableNames = Object.keys(joinTables) as JoinTable[]

export type TableName = MainTable | JoinTable
export const tableNames: readonly TableName[] = [...mainTables, ...joinTableNames]

/** A row by column name; times are Dates, jsonb is parsed with exact numbers. */
export type Row = Record<string, unknown>
export type RejectedRecord = { stream: Stream; remote_id: string | null }
export type Tables = Record<TableName, Map<string, Row>>
export type ExpectedTables = Tables & { rejected: RejectedRecord[] }

export type IntegrationField = { model: string; key: string; label: string; path: string }
export type OracleOptions = {
  account: string
  settings: { jobBoard: string | null; integrationFields: IntegrationField[] }
}

/** Stands for any value: where the contract says "best effort" or leaves a list open. */
export const ANY = Symbol('any value')
/** Stands for any time: a record that is deleted although its `deleted_at` cannot be read. */
export const ANY_TIME = Symbol('any time')

/** Stands for a time within a sync, by PostgreSQL's clock. */
export class TimeSpan {
  readonly from: Date
  readonly to: Date
  constructor({ from, to }: { from: Date; to: Date }) {
    this.from = from
    this.to = to
  }
  holds(time: Date): boolean {
    return this.from <= time && time <= this.to
  }
}

/** What every record of Gem's has, after its shape was found right. */
export type GemRecord = {
  remoteId: string
  raw: JsonObject
  deletedAt: Date | TimeSpan | typeof ANY_TIME | null
}
