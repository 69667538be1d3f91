import { sql } from 'kysely'
import { absentRows, type FullPass, joiningWhole } from './absences.ts'
import { advanceCursor, type Cursor, type Holding, isHeld } from './checkpoints.ts'
import type { Db } from './connect.ts'
import { lockAccount } from './lock-account.ts'

/**
 * Keeps which rows a full pass would have marked as deleted, had the guard let it, in place of those of the pass before:
 * they are what a person may confirm.
 *
 * @throws FencedError if a newer attempt has taken the stream over.
 */
export async function keepHeldBack(
  db: Db,
  pass: FullPass,
  { leaseEpoch, cursor }: { readonly leaseEpoch: number; readonly cursor: Cursor },
): Promise<void> {
  const { account, stream } = pass
  await joiningWhole(db, async (trx) => {
    await lockAccount(trx, account)
    await advanceCursor(trx, { ...pass, leaseEpoch }, cursor)
    await sql`
      insert into sync.held_back_deletions (account, stream, ids)
      select ${account}, ${stream}, array(select id from (${absentRows(pass)}) r)
      on conflict (account, stream) do update set ids = excluded.ids`.execute(trx)
  })
}

/** A full pass was concluded: there is nothing of it to confirm. Does nothing for an attempt that may not write any more. */
export async function forgetHeldBack(db: Db, holding: Holding): Promise<void> {
  await sql`
    delete from sync.held_back_deletions where (account, stream) in (
      select account, stream from sync.checkpoints where ${isHeld(holding)})`.execute(db)
}
