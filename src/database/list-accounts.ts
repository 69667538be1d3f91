import { sql } from 'kysely'
import { type StreamName, syncedStreams } from '../streams.ts'
import type { Db } from './connect.ts'
import type { AccountState, RunMode, RunState } from './database-types.ts'
import { readAccountFigures } from './operating-figures.ts'
import { countRejected } from './rejected-records.ts'

/** What PostgreSQL knows of an account, in short. */
export interface AccountOverview {
  readonly account: string
  readonly state: AccountState
  readonly state_reason: string | null
  /** As stored: they may be unreadable. */
  readonly settings: unknown
  /** The sync under way; null between syncs. */
  readonly running: RunMode | null
  /** The newest sync that has ended. */
  readonly last: { readonly mode: RunMode; readonly state: RunState; readonly finished_at: Date } | null
  /** Seconds since the oldest of its tables' last good readings began; null: one of them was never read well. */
  readonly freshness: number | null
  /** Records that could not be mapped and have not been read well since. */
  readonly rejected: number
  /** Calls a second that Gem's refusals have taught; null: none have. */
  readonly learned: number | null
}

type Row = Omit<AccountOverview, 'last' | 'freshness' | 'rejected'> & {
  readonly mode: RunMode | null
  readonly last_state: RunState | null
  readonly finished_at: Date | null
}

/** All accounts by their names. */
export async function readOverviews(db: Db): Promise<AccountOverview[]> {
  const { rows } = await sql<Row>`
    select a.account, a.state, a.state_reason, a.settings, r.mode as running, e.mode, e.state as last_state,
      e.finished_at, l.learned_rate as learned
    from sync.accounts a
    left join sync.rate_limits l on l.account = a.account
    left join lateral (select mode from sync.runs where account = a.account and state = 'RUNNING' limit 1) r on true
    left join lateral (
      select mode, state, finished_at from sync.runs where account = a.account and state <> 'RUNNING'
      order by started_at desc limit 1
    ) e on true
    order by a.account`.execute(db)
  const figures = new Map((await readAccountFigures(db)).map((figure) => [figure.account, figure]))
  const rejected = Map.groupBy(await countRejected(db), ({ account }) => account)
  return rows.map(({ mode, last_state, finished_at, ...row }) => ({
    ...row,
    last: mode && last_state && finished_at && { mode, state: last_state, finished_at },
    freshness: freshnessOf(figures.get(row.account)),
    rejected: (rejected.get(row.account) ?? []).reduce((sum, { count }) => sum + count, 0),
  }))
}

function freshnessOf(
  figures: (Readonly<Record<StreamName, number | null>> & { readonly models: unknown }) | undefined,
): number | null {
  if (figures === undefined) return null
  const ages = syncedStreams(figures.models).map((stream) => figures[stream])
  return ages.reduce((oldest, age) => (oldest === null || age === null ? null : Math.max(oldest, age)), 0)
}
