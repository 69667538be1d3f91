import { sql } from 'kysely'
import { type StreamName, streams } from '../streams.ts'
import type { Db } from './connect.ts'
import type { WriteContext } from './rows.ts'

export interface Reject {
  /** Gem's id; null if it could not be read. */
  readonly remoteId: string | null
  readonly reason: string
  /** The record as Gem sent it. */
  readonly raw: unknown
}

/**
 * Keeps what could not be mapped, with the reason; the same record again only refreshes its entry. Set-based: a page
 * that is wrong from end to end costs no more statements than one wrong record.
 *
 * @param rejects with each remote id once.
 */
export async function keepRejected(
  trx: Db,
  context: WriteContext,
  runId: string,
  stream: StreamName,
  rejects: readonly Reject[],
): Promise<void> {
  const target: Target = { context, runId, stream }
  const named = rejects.filter(({ remoteId }) => remoteId !== null)
  await upsert(trx, target, named, '(account, stream, remote_id) where remote_id is not null')
  // A record without a readable id is told from others by its content alone.
  const nameless = rejects.filter(({ remoteId }) => remoteId === null)
  await upsert(
    trx,
    target,
    nameless,
    '(account, stream, hashtextextended(raw::text, 0)) where remote_id is null and resolved_at is null',
  )
}

interface Target {
  readonly context: WriteContext
  readonly runId: string
  readonly stream: StreamName
}

async function upsert(
  trx: Db,
  { context: { account, now }, runId, stream }: Target,
  rejects: readonly Reject[],
  key: string,
): Promise<void> {
  if (rejects.length === 0) return
  // PostgreSQL takes a JSON null for no value; a record that is null was sent all the same.
  await sql`
    insert into sync.rejected_records (account, stream, remote_id, reason, raw, run_id, first_seen_at, last_seen_at)
    select distinct on (remote_id, hashtextextended(raw::text, 0)) ${account}, ${stream}, remote_id, reason, raw, ${runId}::uuid,
      ${now}::timestamptz, ${now}::timestamptz
    from (
      select remote_id, reason, coalesce(raw, 'null') as raw
      from jsonb_to_recordset(${toInput(rejects)}::jsonb) as i (remote_id text, reason text, raw jsonb)
    ) as rejected
    on conflict ${sql.raw(key)} do update set reason = excluded.reason, raw = excluded.raw, run_id = excluded.run_id,
      last_seen_at = excluded.last_seen_at, resolved_at = null`.execute(trx)
}

const toInput = (rejects: readonly Reject[]) =>
  JSON.stringify(
    rejects.map(({ remoteId, reason, raw }) => ({ remote_id: remoteId, reason, raw: kept(raw) })),
  )

/** Characters of a record that are kept. */
const mostKept = 2_000_000

function kept(raw: unknown): unknown {
  const { length } = JSON.stringify(raw)
  return length <= mostKept ? raw : `too large to be kept: ${length} characters`
}

/** Records that were rejected before and have now been read well: what was kept of them is outdated, and goes. */
export async function resolveRejected(
  trx: Db,
  context: WriteContext,
  stream: StreamName,
  remoteIds: readonly (string | null)[],
): Promise<void> {
  await sql`
    update sync.rejected_records set resolved_at = ${context.now}::timestamptz, raw = null
    where account = ${context.account} and stream = ${stream} and resolved_at is null
      and remote_id = any(${remoteIds}::text[])`.execute(trx)
}

/**
 * Ends the rejection of records that are gone from Gem: a whole list, read to its end, has not shown them. A record
 * without a readable id cannot be told to have been read well; this is how it leaves. One with an id leaves when its row
 * has been proven gone: a single reading may miss it. Copies stay that are embedded in records that were not all read.
 */
export async function resolveGone(
  trx: Db,
  { account, runId, stream }: { account: string; runId: string; stream: StreamName },
): Promise<void> {
  const holder = holders[stream] ?? null
  await sql`
    update sync.rejected_records x set resolved_at = clock_timestamp(), raw = null
    where account = ${account} and stream = ${stream} and resolved_at is null and run_id <> ${runId}
      and (remote_id is null or exists (
        select from ${sql.table(`ats.${streams[stream].model}`)} r
        where r.account = x.account and r.remote_id = x.remote_id and r.remote_deleted_at is not null))
      and (${holder}::text is null or exists (
        select from sync.run_streams s where s.run_id = ${runId} and s.stream = ${holder} and s.state = 'SUCCEEDED'))`.execute(
    trx,
  )
}

/** Streams whose records embed copies of another's. */
const holders: Partial<Record<StreamName, StreamName>> = { applications: 'candidates' }

export interface RejectedCount {
  readonly account: string
  readonly stream: StreamName
  readonly count: number
}

/** How many records are rejected at present, by account and stream; those without any are left out. */
export async function countRejected(db: Db, account?: string): Promise<RejectedCount[]> {
  const { rows } = await sql<RejectedCount>`
    select account, stream, count(*)::int as count from sync.rejected_records
    where resolved_at is null and (${account ?? null}::text is null or account = ${account ?? null})
    group by account, stream order by account, stream`.execute(db)
  return rows
}

export const totalOf = (counts: readonly RejectedCount[]) => counts.reduce((sum, { count }) => sum + count, 0)
