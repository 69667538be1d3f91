import { sql } from 'kysely'
import type { StreamName } from '../streams.ts'
import type { Db } from './connect.ts'
import type { AccountState } from './database-types.ts'

export interface AccountFigures {
  readonly account: string
  readonly state: AccountState
  /** The setting `models` as it is stored; null: all. */
  readonly models: unknown
  /** Seconds since the account was added. */
  readonly age: number
  /** Seconds since the last good reading of a stream began; those without one are missing. */
  readonly ages: Readonly<Partial<Record<StreamName, number>>>
}

/**
 * How fresh the accounts are, and in which state. It reads two small tables whole, a row an account and a row a list
 * of each: no runs and no rows of `ats`.
 */
export async function readAccountFigures(db: Db): Promise<AccountFigures[]> {
  const { rows } = await sql<AccountFigures>`
    select a.account, a.state, a.settings -> 'models' as models,
      extract(epoch from clock_timestamp() - a.created_at)::float8 as age, coalesce(c.ages, '{}') as ages
    from sync.accounts a left join (
      select account, jsonb_object_agg(stream, extract(epoch from clock_timestamp() - fresh_at)::float8) as ages
      from sync.checkpoints where fresh_at is not null group by account
    ) c on c.account = a.account
    order by a.account`.execute(db)
  return rows
}

export interface Tally {
  readonly name: string
  readonly count: number
}

/** Runs under way by mode, and rejected records that nobody has resolved by stream; both from partial indexes. */
export async function readTallies(
  db: Db,
): Promise<{ readonly running: readonly Tally[]; readonly rejected: readonly Tally[] }> {
  const { rows: running } = await sql<Tally>`
    select mode as name, count(*)::int as count from sync.runs where state = 'RUNNING' group by mode`.execute(
    db,
  )
  const { rows: rejected } = await sql<Tally>`
    select stream as name, count(*)::int as count from sync.rejected_records where resolved_at is null group by stream`.execute(
    db,
  )
  return { running, rejected }
}
