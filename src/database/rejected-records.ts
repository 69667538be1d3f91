import { sql } from 'kysely'
import type { StreamName } from '../streams.ts'
import type { Db } from './connect.ts'
import type { WriteContext } from './rows.ts'

export interface Reject {
  /** Gem's id; null if it could not be read. */
  readonly remoteId: string | null
  readonly reason: string
  /** The record as Gem sent it. */
  readonly raw: unknown
}

/** Keeps what could not be mapped, with the reason; the same record again only refreshes its entry. */
export async function keepRejected(
  trx: Db,
  context: WriteContext,
  runId: string,
  stream: StreamName,
  rejects: readonly Reject[],
): Promise<void> {
  for (const { remoteId, reason, raw } of rejects) {
    const target = sql.raw(
      remoteId === null
        ? '(account, stream, md5(raw::text)) where remote_id is null'
        : '(account, stream, remote_id) where remote_id is not null',
    )
    await sql`
      insert into sync.rejected_records (account, stream, remote_id, reason, raw, run_id, first_seen_at, last_seen_at)
      values (${context.account}, ${stream}, ${remoteId}, ${reason}, ${JSON.stringify(raw)}::jsonb, ${runId},
        ${context.now}::timestamptz, ${context.now}::timestamptz)
      on conflict ${target} do update set reason = excluded.reason, raw = excluded.raw, run_id = excluded.run_id,
        last_seen_at = excluded.last_seen_at, resolved_at = null`.execute(trx)
  }
}

/** Records that were rejected before and have now been read well. */
export async function resolveRejected(
  trx: Db,
  context: WriteContext,
  stream: StreamName,
  remoteIds: readonly string[],
): Promise<void> {
  await sql`
    update sync.rejected_records set resolved_at = ${context.now}::timestamptz
    where account = ${context.account} and stream = ${stream} and resolved_at is null
      and remote_id = any(${remoteIds}::text[])`.execute(trx)
}
