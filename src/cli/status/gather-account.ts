import { type Account, findAccount } from '../../accounts/account-store.ts'
import { parseSettings } from '../../accounts/settings.ts'
import { type Environment, type TemporalConfig, temporalOf } from '../../config.ts'
import type { Db } from '../../database/connect.ts'
import { type NewestRun, readNewestRun } from '../../database/list-progress.ts'
import { type Rate, readLearnedRate } from '../../database/rate-limit.ts'
import { countRejected, totalOf } from '../../database/rejected-records.ts'
import { UserError } from '../../errors.ts'
import { syncedStreams } from '../../streams.ts'
import { findHeldUp, type HeldUp, type Outcome, queryStatus } from '../account-workflow.ts'
import { recentRuns } from '../recent-runs.ts'
import { withDatabase } from '../with-database.ts'

/** All that is known of an account: by the database, and by its workflow if that answers. */
export interface AccountFacts {
  readonly account: Account
  readonly outcome: Outcome<unknown>
  readonly heldUp: readonly HeldUp[]
  /** Null: the stored settings cannot be read. */
  readonly rate: Rate | null
  readonly learned: Rate | null
  readonly rejected: number
  readonly recent: Awaited<ReturnType<typeof recentRuns>>
  readonly newest: NewestRun | null
  readonly temporal: TemporalConfig
}

/** @throws UserError if there is no such account, or no database. */
export async function gatherAccount(environment: Environment, name: string): Promise<AccountFacts> {
  const temporal = temporalOf(environment)
  const known = await withDatabase(environment, (db) => askDatabase(db, name))
  const [outcome, heldUp] = await Promise.all([queryStatus(temporal, name), findHeldUp(temporal, name)])
  return { ...known, temporal, outcome, heldUp }
}

async function askDatabase(db: Db, name: string) {
  const account = await findAccount(db, name)
  const rate = rateOf(account.settings)
  return {
    account,
    rate,
    learned: rate && (await readLearnedRate(db, name, rate)),
    rejected: totalOf(await countRejected(db, name)),
    recent: await recentRuns(db, name),
    newest: await readNewestRun(db, name, syncedStreams(account.settings.models)),
  }
}

/** What the settings allow; null where they cannot be read, which the account's state tells. */
export function rateOf(settings: unknown): Rate | null {
  try {
    const { requestsPerSecond, burst } = parseSettings(settings).rate
    return { perSecond: requestsPerSecond, burst }
  } catch (error) {
    if (error instanceof UserError) return null
    throw error
  }
}
