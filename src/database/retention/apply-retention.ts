import { sql } from 'kysely'
import type { Db } from '../connect.ts'
import { lockAccount } from '../lock-account.ts'
import type { WriteContext } from '../rows.ts'
import { blankRejectsOf, blankRejectsUnseenSince, deleteNamelessUnseenSince } from './blank-rejects.ts'
import { blankRows, deletedBefore } from './blank-rows.ts'
import { pruneResolvedRejects, pruneRuns } from './prune.ts'

export interface Retention {
  readonly account: string
  /** The workflow's time: days count by it. */
  readonly now: Date
  /** Days after which deleted candidates are blanked; null: never. */
  readonly afterDays: number | null
  /** Days that runs and resolved rejected records are kept. */
  readonly runsAfterDays: number
}

export interface RetentionOutcome {
  /** Rows and rejected records that were blanked. */
  readonly blanked: number
  /** Runs and rejected records that were deleted. */
  readonly pruned: number
  /** Nothing is left to do; otherwise the time was up. */
  readonly done: boolean
}

export interface RetentionLimits {
  /** Rows a transaction. */
  readonly batch: number
  /** Milliseconds after which no further batch begins. */
  readonly mostMs: number
}

/** One transaction each; the number of rows that it changed. */
type Batch = (limit: number) => Promise<number>

/**
 * Blanks what is due and keeps it blank from now on, then prunes, in batches between which the account's pages can
 * commit. First the account learns who is kept blank: a page that commits beside it writes none of them full again.
 *
 * @throws FencedError if the account has been removed.
 */
export async function applyRetention(
  db: Db,
  { account, now, afterDays, runsAfterDays }: Retention,
  { batch = 500, mostMs = 20_000 }: Partial<RetentionLimits> = {},
): Promise<RetentionOutcome> {
  const until = performance.now() + mostMs
  const blankedBefore = afterDays === null ? null : daysBefore(now, afterDays)
  await keepBlank(db, account, blankedBefore)
  const blanked = await workOff(
    blankedBefore === null ? [] : blanking(db, account, blankedBefore),
    batch,
    until,
  )
  const pruned = await workOff(
    pruning(db, account, daysBefore(now, runsAfterDays), blankedBefore),
    batch,
    until,
  )
  return { blanked: blanked.rows, pruned: pruned.rows, done: blanked.done && pruned.done }
}

const daysBefore = (time: Date, days: number) => new Date(time.getTime() - days * 86_400_000)

/** Pages read it with their lock on the account. */
async function keepBlank(db: Db, account: string, before: Date | null): Promise<void> {
  await db
    .updateTable('sync.accounts')
    .set({ blank_deleted_before: before })
    .where('account', '=', account)
    .execute()
}

function blanking(db: Db, account: string, before: Date): Batch[] {
  const persons = deletedBefore(before)
  const locked = (work: (trx: Db, context: WriteContext) => Promise<number>) =>
    db.transaction().execute(async (trx) => {
      await lockAccount(trx, account)
      const clock = trx.selectNoFrom(sql<string>`clock_timestamp()::text`.as('now'))
      const { now } = await clock.executeTakeFirstOrThrow()
      return await work(trx, { account, now })
    })
  const rowsOf = (table: Parameters<typeof blankRows>[2]): Batch => {
    return (limit) => locked((trx, context) => blankRows(trx, context, table, persons, limit))
  }
  return [
    rowsOf('candidates'),
    rowsOf('applications'),
    rowsOf('interviews'),
    (limit) => locked((trx) => blankRejectsOf(trx, account, persons, limit)),
    (limit) => locked((trx) => blankRejectsUnseenSince(trx, account, before, limit)),
  ]
}

function pruning(db: Db, account: string, before: Date, blankedBefore: Date | null): Batch[] {
  return [
    (limit) => pruneRuns(db, account, before, limit),
    (limit) => pruneResolvedRejects(db, account, before, limit),
    async (limit) =>
      blankedBefore === null ? 0 : await deleteNamelessUnseenSince(db, account, blankedBefore, limit),
  ]
}

async function workOff(
  kinds: readonly Batch[],
  size: number,
  until: number,
): Promise<{ rows: number; done: boolean }> {
  let rows = 0
  for (const next of kinds) {
    for (let changed = size; changed >= size; rows += changed) {
      if (performance.now() >= until) return { rows, done: false }
      changed = await next(size)
    }
  }
  return { rows, done: true }
}
