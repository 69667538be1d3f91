import { sql } from 'kysely'
import type { StreamCounts } from '../activities/slice.types.ts'
import type { StreamName } from '../streams.ts'
import type { Step } from './checkpoints.ts'
import type { Db } from './connect.ts'
import type { RunMode, StreamState } from './database-types.ts'

/** How far a run has read one of Gem's lists, page by page. */
export interface StreamProgress extends Omit<StreamCounts, 'pages' | 'requests'> {
  readonly stream: StreamName
  /** Null: this run has not begun it. */
  readonly state: StreamState | null
  /** What of the list is being read; null once it is over, or before it has begun. */
  readonly step: Step['kind'] | null
  /** Rows of this step that are committed. */
  readonly offset: number | null
  /** Rows that Gem says this step has; null where it does not say. */
  readonly total: number | null
  /** Rows that the account's previous good full sync fetched from this list; null: there was none. */
  readonly previous: number | null
  /** Seconds at work, without the time that Gem asked to wait: 0 while it waits for longer than it has worked. */
  readonly seconds: number
  readonly error: string | null
  readonly warning: string | null
}

export interface NewestRun {
  readonly id: string
  readonly mode: RunMode
  readonly state: string
  readonly streams: readonly StreamProgress[]
}

/**
 * The account's newest run with each of the given streams, in their order; null: it has none. It is as new as the last
 * page that was committed: the workflow itself hears of pages a slice at a time.
 */
export async function readNewestRun(
  db: Db,
  account: string,
  streams: readonly StreamName[],
): Promise<NewestRun | null> {
  const run = await db
    .selectFrom('sync.runs')
    .select(['id', 'mode', 'state'])
    .where('account', '=', account)
    .orderBy('started_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return run === undefined ? null : { ...run, streams: await progressOf(db, account, run.id, streams) }
}

async function progressOf(db: Db, account: string, runId: string, streams: readonly StreamName[]) {
  const { rows } = await sql<StreamProgress>`
    select w.stream, s.state, c.cursor -> 'step' ->> 'kind' as step, (c.cursor ->> 'offset')::float8 as offset,
      (c.cursor ->> 'total')::float8 as total, p.fetched::float8 as previous,
      coalesce(greatest(0, extract(epoch from coalesce(s.finished_at, clock_timestamp()) - s.started_at)
        - s.rate_limited_ms / 1000.0), 0)::float8 as seconds,
      coalesce(s.fetched, 0)::float8 as fetched, coalesce(s.inserted, 0)::float8 as inserted,
      coalesce(s.updated, 0)::float8 as updated, coalesce(s.unchanged, 0)::float8 as unchanged,
      coalesce(s.deleted, 0)::float8 as deleted, coalesce(s.rejected, 0)::float8 as rejected, s.error, s.warning
    from unnest(${streams}::text[]) with ordinality as w (stream, position)
    left join sync.run_streams s on s.run_id = ${runId} and s.stream = w.stream
    left join sync.checkpoints c on c.account = ${account} and c.stream = w.stream and c.run_id = ${runId}
      and s.state = 'RUNNING'
    left join lateral (
      select ps.fetched from sync.runs pr join sync.run_streams ps on ps.run_id = pr.id
      where pr.account = ${account} and pr.mode = 'full' and pr.id <> ${runId}
        and ps.stream = w.stream and ps.state = 'SUCCEEDED'
      order by pr.started_at desc limit 1
    ) p on true
    order by w.position`.execute(db)
  return rows
}
