import type { ColumnType, Generated } from 'kysely'
import type { ShortRuns } from '../gem/completeness.ts'

type Time = ColumnType<Date, Date | string, Date | string>
type NullableTime = ColumnType<Date | null, Date | string | null, Date | string | null>
type Json<T> = ColumnType<T, string, string>

export type AccountState = 'ACTIVE' | 'PAUSED' | 'NEEDS_CREDENTIALS'
export type RunMode = 'full' | 'delta'
export type RunTrigger = 'start' | 'schedule' | 'signal' | 'update'
export type RunState =
  | 'RUNNING'
  | 'SUCCEEDED'
  | 'PARTIALLY_FAILED'
  | 'FAILED'
  | 'AUTHENTICATION_FAILED'
  | 'CANCELLED'
export type StreamState = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'CANCELLED'

export interface AccountsTable {
  account: string
  base_url: string
  allow_insecure_base_url: Generated<boolean>
  settings: Json<Record<string, unknown>>
  state: Generated<AccountState>
  state_reason: string | null
  encryption_key_id: string
  api_key: Buffer
  application_secret: Buffer | null
  key_compared: Generated<boolean>
  key_version: Generated<number>
  blank_deleted_before: NullableTime
  blanked_until: NullableTime
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface RunsTable {
  id: string
  account: string
  mode: RunMode
  trigger: RunTrigger
  models: string[]
  state: RunState
  started_at: Time
  gem_started_at: NullableTime
  finished_at: NullableTime
  error: string | null
}

export interface RunStreamsTable {
  run_id: string
  stream: string
  state: StreamState
  pages: Generated<number>
  fetched: Generated<number>
  inserted: Generated<number>
  updated: Generated<number>
  unchanged: Generated<number>
  deleted: Generated<number>
  rejected: Generated<number>
  warnings: Generated<number>
  requests: Generated<number>
  rate_limited_ms: Generated<number>
  started_at: Time
  finished_at: NullableTime
  error: string | null
  warning: string | null
}

export interface CheckpointsTable {
  account: string
  stream: string
  run_id: string | null
  cursor: Json<unknown>
  watermark: NullableTime
  fresh_at: NullableTime
  short_runs: Json<ShortRuns | null>
  lease_epoch: Generated<number>
  updated_at: Generated<Date>
}

export interface RejectedRecordsTable {
  account: string
  stream: string
  remote_id: string | null
  reason: string
  raw: Json<unknown>
  run_id: string
  first_seen_at: Time
  last_seen_at: Time
  resolved_at: NullableTime
}

export interface HeldBackDeletionsTable {
  account: string
  stream: string
  ids: string[]
}

export interface RateLimitsTable {
  account: string
  next_slot_at: Time
  blocked_until: NullableTime
  learned_rate: number | null
  learned_burst: number | null
}

/**
 * The tables that are queried through Kysely's builder. Those of `ats`, and the bookkeeping beside them, are written
 * by set-based statements that are made from the models' declarations.
 */
export interface Database {
  'sync.accounts': AccountsTable
  'sync.runs': RunsTable
  'sync.run_streams': RunStreamsTable
  'sync.checkpoints': CheckpointsTable
  'sync.rejected_records': RejectedRecordsTable
  'sync.held_back_deletions': HeldBackDeletionsTable
  'sync.rate_limits': RateLimitsTable
}
