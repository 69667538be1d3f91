import { sql } from 'kysely'
import type { Db } from '../connect.ts'
import { lockAccount } from '../lock-account.ts'
import type { WriteContext } from '../rows.ts'
import { blankRejectsOf, blankRejectsUnseenSince, deleteNamelessUnseenSince } from './blank-rejects.ts'
import { blankRows, type PersonalTable, type Persons } from './blank-rows.ts'
import { pruneResolvedRejects, pruneRuns } from './prune.ts'

/** Changes at most so many rows in a transaction, and says how many there were. */
export type Batch = (limit: number) => Promise<number>

export interface Work {
  readonly db: Db
  readonly account: string
  /** Rows a transaction. */
  readonly batch: number
  /** There is time for another one. */
  readonly mayGoOn: () => boolean
}

export interface Worked {
  readonly rows: number
  /** False: the time was up before there was nothing left. */
  readonly done: boolean
}

/** Batch after batch of each kind, until there is nothing left or the time is up. */
export async function workOff({ batch, mayGoOn }: Work, kinds: readonly Batch[]): Promise<Worked> {
  let rows = 0
  for (const next of kinds) {
    for (let changed = batch; changed >= batch; rows += changed) {
      if (!mayGoOn()) return { rows, done: false }
      changed = await next(batch)
    }
  }
  return { rows, done: true }
}

/** All that is stored about these candidates. */
export function blanking(db: Db, account: string, persons: Persons): Batch[] {
  const rowsOf = (table: PersonalTable): Batch => {
    return (limit) => locked(db, account, (trx, context) => blankRows(trx, context, table, persons, limit))
  }
  return [
    rowsOf('candidates'),
    rowsOf('applications'),
    rowsOf('interviews'),
    (limit) => locked(db, account, (trx) => blankRejectsOf(trx, account, persons, limit)),
  ]
}

export function rejectsUnseen(db: Db, account: string, since: Date): Batch {
  return (limit) => locked(db, account, (trx) => blankRejectsUnseenSince(trx, account, since, limit))
}

export function namelessUnseen(db: Db, account: string, since: Date): Batch {
  return (limit) => deleteNamelessUnseenSince(db, account, since, limit)
}

export function pruning(db: Db, account: string, before: Date): Batch[] {
  return [
    (limit) => pruneRuns(db, account, before, limit),
    (limit) => pruneResolvedRejects(db, account, before, limit),
  ]
}

/** Between the account's pages: what it changes are rows that they may be about to write. */
async function locked<T>(
  db: Db,
  account: string,
  work: (trx: Db, context: WriteContext) => Promise<T>,
): Promise<T> {
  return await db.transaction().execute(async (trx) => {
    await lockAccount(trx, account)
    const clock = trx.selectNoFrom(sql<string>`clock_timestamp()::text`.as('now'))
    const { now } = await clock.executeTakeFirstOrThrow()
    return await work(trx, { account, now })
  })
}
