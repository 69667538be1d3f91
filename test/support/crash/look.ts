/** What of a sync is under way, and whether what PostgreSQL holds of it belongs together. */
import type { WorkflowHandle } from '@temporalio/client'
import type pg from 'pg'
import type { Cursor } from '../../../src/database/checkpoints.ts'
import type { World } from '../../../src/embedded/simulated-gem/index.ts'
import { type StreamName, streams } from '../../../src/streams.ts'

/** A slice that a workflow waits for. */
export interface PendingSlice {
  readonly activityId: string
  /** A worker has begun the present attempt, as far as Temporal knows. */
  readonly isBegun: boolean
  /** Of the worker that began the latest attempt: pid@host. */
  readonly identity: string
}

const STARTED = 2

export async function pendingSlices(handle: WorkflowHandle): Promise<PendingSlice[]> {
  const { raw } = await handle.describe()
  return (raw.pendingActivities ?? [])
    .filter(({ activityType }) => activityType?.name === 'syncSlice')
    .map(({ activityId, state, lastWorkerIdentity }) => ({
      activityId: activityId ?? '',
      isBegun: Number(state) === STARTED,
      identity: lastWorkerIdentity ?? '',
    }))
}

interface Checkpoint {
  readonly stream: StreamName
  readonly cursor: Cursor
}

async function checkpoints(pool: pg.Pool | pg.PoolClient, account: string): Promise<Checkpoint[]> {
  const { rows } = await pool.query<Checkpoint>(
    `select c.stream, c.cursor from sync.checkpoints c
    join sync.run_streams s on s.run_id = c.run_id and s.stream = c.stream
    where c.account = $1 and s.state = 'RUNNING' order by s.started_at`,
    [account],
  )
  return rows
}

export async function streamsUnderWay(pool: pg.Pool, account: string): Promise<StreamName[]> {
  return (await checkpoints(pool, account)).map(({ stream }) => stream)
}

/** Where a sync is, in words: `candidates 130/300, interviews window 0`. */
export async function placesOf(pool: pg.Pool, account: string, world: World): Promise<string> {
  const places = (await checkpoints(pool, account)).map(({ stream, cursor: { step, offset } }) => {
    const where = step.kind === 'whole' ? `${offset}/${world.count(stream)}` : `${step.kind} ${offset}`
    return `${stream} ${where}`
  })
  return places.join(', ') || 'between two streams'
}

/** Of the workers. */
export async function openTransactions(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ count: number }>(
    `select count(*)::int from pg_stat_activity where usename = 'gem_ats_sync_worker' and xact_start is not null`,
  )
  return rows[0]?.count ?? 0
}

/** Rows that a cursor has passed and that are not there: at any moment there must be none. */
export async function missingBehindCursor(pool: pg.Pool, account: string, world: World): Promise<string[]> {
  const client = await pool.connect()
  try {
    await client.query('begin isolation level repeatable read read only')
    const problems: string[] = []
    for (const { stream, cursor } of await checkpoints(client, account)) {
      if (cursor.step.kind !== 'whole') continue
      const { rows } = await client.query<{ remote_id: string }>(
        `select remote_id from ats.${streams[stream].model} where account = $1
        union select remote_id from sync.rejected_records where account = $1 and stream = $2`,
        [account, stream],
      )
      const there = new Set(rows.map((row) => row.remote_id))
      const missing = [...world.ids(stream)].slice(0, cursor.offset).filter((id) => !there.has(id))
      if (missing.length > 0)
        problems.push(
          `${account}: the cursor of ${stream} has passed ${missing.length} rows that are not there`,
        )
    }
    await client.query('commit')
    return problems
  } finally {
    client.release()
  }
}
