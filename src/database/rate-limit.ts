import { type RawBuilder, sql } from 'kysely'
import type { Db } from './connect.ts'
import { doublesIn } from './learned-rate.ts'

export interface Rate {
  readonly perSecond: number
  /** Calls that may be made at once after a quiet time. */
  readonly burst: number
}

export type Reservation =
  | {
      readonly kind: 'slots'
      /** Milliseconds from now at which each of the reserved calls may be made. */
      readonly delays: readonly number[]
      /** Calls a second, as the settings and what was learned allow them now. */
      readonly perSecond: number
    }
  /** Gem asked for a pause that lasts for so many more milliseconds; nothing was reserved. */
  | { readonly kind: 'blocked'; readonly ms: number }

/** PostgreSQL's, so that the workers' clocks need not agree. */
export type Clock = RawBuilder<Date>
const postgresClock: Clock = sql`clock_timestamp()`

/**
 * Reserves the account's next slots for calls to Gem, whichever worker asks: the row holds when the next one is free.
 * In any t seconds lie at most `burst + perSecond × t` slots, by the settings or what was learned, whichever is less.
 */
export async function reserveSlots(
  db: Db,
  account: string,
  settings: Rate,
  count: number,
  now: Clock = postgresClock,
): Promise<Reservation> {
  const perSecond = sql`${settings.perSecond}::float8`
  const burst = sql`${settings.burst}::float8`
  const { rows } = await sql<{ endsIn: number; perSecond: number }>`
    insert into sync.rate_limits as l (account, next_slot_at)
    values (${account}, ${now} + make_interval(secs => (${count} - ${burst} + 1) / ${perSecond}))
    on conflict (account) do update set (learned_rate, learned_burst, next_slot_at) = (
      select rate, burst,
        greatest(l.next_slot_at, ${now} - make_interval(secs => (least(burst, ${burst}) - 1) / least(rate, ${perSecond})))
          + make_interval(secs => ${count} / least(rate, ${perSecond}))
      from (select
        ${raised(sql`l.learned_rate`, perSecond)} as rate,
        ${raised(sql`l.learned_burst`, burst)} as burst
        from (select
          ${count} / least(l.learned_rate, ${perSecond}) as seconds,
          l.next_slot_at > ${now} as holds_back) as wait) as learned)
      where l.blocked_until is null or l.blocked_until <= ${now}
    returning ${milliseconds(sql`next_slot_at - ${now}`)} as "endsIn",
      least(learned_rate, ${perSecond}) as "perSecond"`.execute(db)
  const [row] = rows
  if (row === undefined) return { kind: 'blocked', ms: await readBlock(db, account, now) }
  const firstIn = row.endsIn - (count / row.perSecond) * 1000
  return {
    kind: 'slots',
    delays: Array.from({ length: count }, (_, index) =>
      Math.max(0, firstIn + (index / row.perSecond) * 1000),
    ),
    perSecond: row.perSecond,
  }
}

/** What was learned, raised by calls that have to wait; null, nothing learned, once the settings are what holds back. */
const raised = (learned: RawBuilder<unknown>, most: RawBuilder<unknown>) => sql`
  case when holds_back and ${learned} < ${most}
    then nullif(least(${learned} * power(2, seconds / ${doublesIn}), ${most}), ${most})
    else ${learned} end`

/** What a refused call (429) tells of the limit. */
export interface Refusal {
  /** No call of the account for so long. */
  readonly pauseMs: number
  /** The rate and burst that it teaches; null where the rate was not the reason. */
  readonly learned: Rate | null
}

/**
 * No call of the account to Gem for a while, whichever worker makes them, and after it slots as the refusal teaches,
 * none of them saved up. A later end, or a lower limit, that is there already stays: refusals of calls that were made
 * side by side add up to one.
 */
export async function noteRefusal(
  db: Db,
  account: string,
  { pauseMs, learned }: Refusal,
  now: Clock = postgresClock,
): Promise<void> {
  const until = sql`${now} + make_interval(secs => ${pauseMs / 1000})`
  await sql`
    insert into sync.rate_limits as l (account, next_slot_at, blocked_until, learned_rate, learned_burst)
    values (${account}, ${until}, ${until}, ${learned?.perSecond ?? null}, ${learned?.burst ?? null})
    on conflict (account) do update set
      next_slot_at = greatest(l.next_slot_at, excluded.next_slot_at),
      blocked_until = greatest(l.blocked_until, excluded.blocked_until),
      learned_rate = least(l.learned_rate, excluded.learned_rate),
      learned_burst = least(l.learned_burst, excluded.learned_burst)`.execute(db)
}

/** Ends the pause that Gem has asked for: a person knows better. What was learned of the rate stays. */
export async function endBlock(db: Db, account: string): Promise<void> {
  await sql`
    update sync.rate_limits set blocked_until = null, next_slot_at = least(next_slot_at, ${postgresClock})
    where account = ${account} and blocked_until > ${postgresClock}`.execute(db)
}

/** Milliseconds for which the account's calls are blocked; 0 if they are not. */
export async function readBlock(db: Db, account: string, now: Clock = postgresClock): Promise<number> {
  const { rows } = await sql<{ ms: number }>`
    select ${milliseconds(sql`blocked_until - ${now}`)} as ms from sync.rate_limits
    where account = ${account} and blocked_until > ${now}`.execute(db)
  return rows[0]?.ms ?? 0
}

const milliseconds = (interval: RawBuilder<unknown>) =>
  sql<number>`extract(epoch from ${interval})::float8 * 1000`

/** What Gem's refusals have taught, where it is less than the settings allow. */
export async function readLearnedRate(db: Db, account: string, settings: Rate): Promise<Rate | null> {
  const row = await db
    .selectFrom('sync.rate_limits')
    .select(['learned_rate', 'learned_burst'])
    .where('account', '=', account)
    .executeTakeFirst()
  const perSecond = Math.min(row?.learned_rate ?? Infinity, settings.perSecond)
  const burst = Math.min(row?.learned_burst ?? Infinity, settings.burst)
  return perSecond < settings.perSecond || burst < settings.burst ? { perSecond, burst } : null
}
