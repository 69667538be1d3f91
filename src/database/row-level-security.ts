import { sql } from 'kysely'
import { boundLockWaits } from './bound-lock-waits.ts'
import type { Db } from './connect.ts'

export type RowLevelSecurity = 'on' | 'off'

/** Each row of these names its account, or is of a run that does. Readers may read no other tables of `sync`. */
const streamsOfRuns = 'sync.run_streams'
const runs = 'sync.runs'

const ofReadableAccounts = 'account = any (array(select account from sync.readable_accounts))'
/** The runs that are looked up here are those that their own policy lets the reader see. */
const ofReadableRuns = `exists (select from ${runs} where id = run_id)`

/**
 * Lets readers see only the accounts that `sync.reader_accounts` grants them, or all again. The owner is not held by
 * it, the worker's role sees and writes all rows.
 *
 * @param wanted undefined: as it was, for tables that have come since as well.
 * @throws the database's error if a table is in use for more than 3 s; nothing has changed then.
 */
export async function setRowLevelSecurity(db: Db, wanted: RowLevelSecurity | undefined): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await boundLockWaits(trx)
    const tables = await protectedTables(trx)
    const isOn = tables.some((table) => table.name === runs && table.enabled)
    const turnOn = wanted === undefined ? isOn : wanted === 'on'
    for (const { name, enabled } of tables) {
      // A table that is as wanted is not locked: nobody has to wait for a migration without effect.
      if (enabled === turnOn) continue
      if (turnOn) await protect(trx, name)
      else await sql`alter table ${sql.raw(name)} disable row level security`.execute(trx)
    }
  })
}

async function protectedTables(db: Db): Promise<{ name: string; enabled: boolean }[]> {
  const { rows } = await sql<{ name: string; enabled: boolean }>`
    select oid::regclass::text as name, relrowsecurity as enabled from pg_class
    where relkind in ('r', 'p') and (relnamespace = 'ats'::regnamespace
      or oid in (${sql.lit(runs)}::regclass, ${sql.lit(streamsOfRuns)}::regclass))
    order by 1`.execute(db)
  return rows
}

async function protect(db: Db, table: string): Promise<void> {
  const visible = table === streamsOfRuns ? ofReadableRuns : ofReadableAccounts
  for (const statement of [
    `alter table ${table} enable row level security`,
    `drop policy if exists readers on ${table}`,
    `create policy readers on ${table} for select to ats_reader using (${visible})`,
    `drop policy if exists workers on ${table}`,
    `create policy workers on ${table} to gem_ats_sync_worker using (true) with check (true)`,
  ])
    await sql.raw(statement).execute(db)
}
