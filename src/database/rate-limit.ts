import { sql } from 'kysely'
import type { Db } from './connect.ts'

export interface Rate {
  readonly perSecond: number
  /** Calls that may be made at once after a quiet time. */
  readonly burst: number
}

export type Reservation =
  /** Milliseconds from now at which each of the reserved calls may be made. */
  | { readonly kind: 'slots'; readonly delays: readonly number[] }
  /** Gem asked for a pause; nothing was reserved. */
  | { readonly kind: 'blocked'; readonly until: Date }

/**
 * Reserves the account's next slots for calls to Gem, whichever worker asks: the row holds when the next one is free.
 * By PostgreSQL's clock alone, so that the workers' clocks need not agree.
 */
export async function reserveSlots(db: Db, account: string, rate: Rate, count: number): Promise<Reservation> {
  const interval = 1 / rate.perSecond
  const taken = count * interval
  const saved = rate.burst * interval
  const { rows } = await sql<{ wait: number }>`
    insert into sync.rate_limits as l (account, next_slot_at)
    values (${account}, clock_timestamp() + make_interval(secs => ${taken - saved}))
    on conflict (account) do update set
      next_slot_at = greatest(l.next_slot_at, clock_timestamp() - make_interval(secs => ${saved}))
        + make_interval(secs => ${taken})
      where l.blocked_until is null or l.blocked_until <= clock_timestamp()
    returning extract(epoch from next_slot_at - clock_timestamp())::float8 as wait`.execute(db)
  const [row] = rows
  if (row === undefined) return { kind: 'blocked', until: await readBlockedUntil(db, account) }
  const first = row.wait - taken
  return {
    kind: 'slots',
    delays: Array.from({ length: count }, (_, index) => Math.max(0, (first + index * interval) * 1000)),
  }
}

async function readBlockedUntil(db: Db, account: string): Promise<Date> {
  const row = await db
    .selectFrom('sync.rate_limits')
    .select('blocked_until')
    .where('account', '=', account)
    .executeTakeFirst()
  return row?.blocked_until ?? new Date()
}

/** No call of the account to Gem until then; a later time that is set already stays. */
export async function blockCalls(db: Db, account: string, until: Date): Promise<void> {
  await sql`
    insert into sync.rate_limits as l (account, next_slot_at, blocked_until)
    values (${account}, clock_timestamp(), ${until})
    on conflict (account) do update set blocked_until = greatest(l.blocked_until, excluded.blocked_until)`.execute(
    db,
  )
}
