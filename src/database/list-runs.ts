import { sql } from 'kysely'
import type { StreamCounts } from '../activities/slice.types.ts'
import type { Db } from './connect.ts'
import type { RunMode, RunState, RunTrigger, StreamState } from './database-types.ts'

export interface ListedRun {
  readonly id: string
  readonly account: string
  readonly mode: RunMode
  readonly trigger: RunTrigger
  readonly state: RunState
  readonly started_at: Date
  readonly finished_at: Date | null
  /** Until it ended, or until now. */
  readonly seconds: number
  readonly fetched: number
  readonly inserted: number
  readonly updated: number
  readonly deleted: number
  readonly rejected: number
  readonly error: string | null
}

export interface WantedRuns {
  /** Null: of all accounts. */
  readonly account: string | null
  /** Hex digits that the id begins with, and dashes; null: any. */
  readonly beginning: string | null
  readonly limit: number
}

/** The newest runs with what their streams have come to, the newest first. */
export async function listRuns(db: Db, { account, beginning, limit }: WantedRuns): Promise<ListedRun[]> {
  const digits = beginning?.replaceAll('-', '') ?? ''
  const { rows } = await sql<ListedRun>`
    select r.id, r.account, r.mode, r.trigger, r.state, r.started_at, r.finished_at,
      extract(epoch from coalesce(r.finished_at, clock_timestamp()) - r.started_at)::float8 as seconds, s.*, r.error
    from (
      select * from sync.runs where true
        ${account === null ? sql`` : sql`and account = ${account}`}
        ${digits === '' ? sql`` : sql`and id between ${digits.padEnd(32, '0')}::uuid and ${digits.padEnd(32, 'f')}::uuid`}
      order by started_at desc limit ${limit}
    ) r cross join lateral (
      select coalesce(sum(fetched), 0)::int8 as fetched, coalesce(sum(inserted), 0)::int8 as inserted,
        coalesce(sum(updated), 0)::int8 as updated, coalesce(sum(deleted), 0)::int8 as deleted,
        coalesce(sum(rejected), 0)::int8 as rejected
      from sync.run_streams where run_id = r.id
    ) s order by r.started_at desc`.execute(db)
  return rows
}

export interface ListedStream extends StreamCounts {
  readonly stream: string
  readonly state: StreamState
  readonly started_at: Date
  readonly finished_at: Date | null
  /** Until it ended, or until now. */
  readonly seconds: number
  readonly warnings: number
  readonly rate_limited_ms: number
  readonly error: string | null
  readonly warning: string | null
}

/** What a run did with each of Gem's lists, in the order in which they began. */
export async function listStreams(db: Db, runId: string): Promise<ListedStream[]> {
  const { rows } = await sql<ListedStream>`
    select stream, state, started_at, finished_at,
      extract(epoch from coalesce(finished_at, clock_timestamp()) - started_at)::float8 as seconds,
      pages, fetched, inserted, updated, unchanged, deleted, rejected, warnings, requests, rate_limited_ms, error, warning
    from sync.run_streams where run_id = ${runId} order by started_at, stream`.execute(db)
  return rows
}
