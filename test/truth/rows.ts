import assert from 'node:assert/strict'
import type { GemObject, StreamName, World } from '../../src/embedded/simulated-gem/index.ts'
import type { MainTable } from '../../src/streams.ts'
import type { EndedRun, Mirror } from './mirror.ts'

export type StoredRow = Record<string, unknown> & {
  id: string
  remote_deleted_at: Date | null
  changed_at: Date
}

/** The row of a record. */
export async function rowOf({ pool, account }: Mirror, table: MainTable, id: string): Promise<StoredRow> {
  const { rows } = await pool.query<StoredRow>(
    `select * from ats.${table} where account = $1 and remote_id = $2`,
    [account, id],
  )
  assert.equal(rows.length, 1, `${table} ${id}`)
  return rows[0]!
}

/** Gem's ids of the rows that are marked as deleted, in their order. */
export async function markedIds({ pool, account }: Mirror, table: MainTable): Promise<string[]> {
  const { rows } = await pool.query<{ remote_id: string }>(
    `select remote_id from ats.${table} where account = $1 and remote_deleted_at is not null order by 1`,
    [account],
  )
  return rows.map((row) => row.remote_id).sort()
}

/** A run as `sync.runs` and `sync.run_streams` tell it. */
export async function recordOf({ pool }: Mirror, { runId }: EndedRun, stream: StreamName) {
  const run = await pool.query('select state, error from sync.runs where id = $1', [runId])
  const part = await pool.query(
    'select state, error, warning, warnings::int, deleted::int from sync.run_streams where run_id = $1 and stream = $2',
    [runId, stream],
  )
  return { run: run.rows[0], stream: part.rows[0] }
}

export async function watermarkOf({ pool, account }: Mirror, stream: StreamName): Promise<Date | null> {
  const { rows } = await pool.query<{ watermark: Date | null }>(
    'select watermark from sync.checkpoints where account = $1 and stream = $2',
    [account, stream],
  )
  return rows[0]?.watermark ?? null
}

/** Ids of records without a mark, in the list's order. */
export const unmarked = (world: World, stream: StreamName): string[] => {
  const objects = [...world.objects(stream)] as GemObject[]
  return objects.filter((object) => object.deleted_at == null).map((object) => String(object.id))
}

export const isWithin = (time: Date | null, { during }: EndedRun): boolean =>
  time !== null && during.from <= time && time <= during.to
