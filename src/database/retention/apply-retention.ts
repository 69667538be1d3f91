import { sql } from 'kysely'
import type { Db } from '../connect.ts'
import { lockAccount } from '../lock-account.ts'
import {
  blanking,
  namelessUnseen,
  pruning,
  rejectsUnseen,
  type Work,
  type Worked,
  workOff,
} from './batches.ts'
import { deletedBetween } from './blank-rows.ts'

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
  const work: Work = { db, account, batch, mayGoOn: () => performance.now() < until }
  const before = afterDays === null ? null : daysBefore(now, afterDays)
  const worked = await keepBlank(db, account, before)
  const blanked = before === null ? nothing : await blankDue(work, worked, before)
  const prune = pruning(db, account, daysBefore(now, runsAfterDays))
  const pruned = await workOff(
    work,
    before === null ? prune : [...prune, namelessUnseen(db, account, before)],
  )
  return { blanked: blanked.rows, pruned: pruned.rows, done: blanked.done && pruned.done }
}

const daysBefore = (time: Date, days: number) => new Date(time.getTime() - days * 86_400_000)

/**
 * Tells pages, which read it with their lock on the account, who is kept blank. Those who are no longer may be full
 * again by the time they are due: they do not count as worked off.
 *
 * @returns until when deletions have been worked off.
 */
async function keepBlank(db: Db, account: string, before: Date | null): Promise<Date | null> {
  return await db.transaction().execute(async (trx) => {
    await lockAccount(trx, account)
    const { blanked_until } = await trx
      .updateTable('sync.accounts')
      .set({
        blank_deleted_before: before,
        blanked_until: sql<Date | null>`case
          when ${before}::timestamptz < blanked_until then ${before}::timestamptz
          when ${before}::timestamptz is not null then blanked_until end`,
      })
      .where('account', '=', account)
      .returning('blanked_until')
      .executeTakeFirstOrThrow()
    return blanked_until
  })
}

/** What was deleted after a time and until another, in parts of about a batch of candidates. */
async function blankDue(work: Work, after: Date | null, until: Date): Promise<Worked> {
  const { db, account } = work
  let [rows, from] = [0, after]
  while (from === null || from < until) {
    if (!work.mayGoOn()) return { rows, done: false }
    const { count, to } = await nextPart(work, from, until)
    if (count > 0) {
      const part = await workOff(work, blanking(db, account, deletedBetween(from, to)))
      rows += part.rows
      if (!part.done) return { rows, done: false }
    }
    await db.updateTable('sync.accounts').set({ blanked_until: to }).where('account', '=', account).execute()
    from = to
  }
  const unseen = await workOff(work, [rejectsUnseen(db, account, until)])
  return { rows: rows + unseen.rows, done: unseen.done }
}

/** The next candidates by the time of their deletion: how many, and until when. */
async function nextPart(
  { db, account, batch }: Work,
  after: Date | null,
  until: Date,
): Promise<{ count: number; to: Date }> {
  const { rows } = await sql<{ to: Date }>`
    select least(date_trunc('milliseconds', remote_deleted_at) + interval '1 ms', ${until}) as to
    from ats.candidates p where account = ${account} and ${deletedBetween(after, until)}
    order by remote_deleted_at limit ${batch}`.execute(db)
  const last = rows.at(-1)
  return { count: rows.length, to: last !== undefined && rows.length === batch ? last.to : until }
}

const nothing: Worked = { rows: 0, done: true }
