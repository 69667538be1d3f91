import { sql } from 'kysely'
import { UserError } from '../errors.ts'
import { boundLockWaits } from './bound-lock-waits.ts'
import type { Db } from './connect.ts'

export type RowLevelSecurity = 'on' | 'off'

/** Each row of these names its account, or is of a run that does. Readers may read no other tables of `sync`. */
const streamsOfRuns = 'sync.run_streams'
const runs = 'sync.runs'

const ofReadableAccounts = 'account = any (array(select account from sync.readable_accounts))'
/** The runs that are looked up here are those that their own policy lets the reader see. */
const ofReadableRuns = `exists (select from ${runs} where id = run_id)`

interface ProtectedTable {
  /** With its schema, as SQL. */
  readonly name: string
  readonly enabled: boolean
  /** Our policies are on it: it was protected before. */
  readonly known: boolean
}

/**
 * Whether readers see only the accounts that are granted to them.
 *
 * @throws UserError if that holds for some tables and not for others.
 */
export async function rowLevelSecurity(db: Db): Promise<RowLevelSecurity> {
  const tables = await protectedTables(db)
  const on = tables.filter(({ enabled }) => enabled)
  // A table that has come since is protected with the others; one that was protected before has been opened by hand.
  const open = tables.filter(({ name, enabled, known }) => !enabled && (known || name === runs))
  if (on.length > 0 && open.length > 0)
    throw new UserError(
      `Row-level security is off for ${namesOf(open)}, and on for ${namesOf(on)}: ` +
        'say which it is to be, gem-ats-sync migrate --row-level-security on (or off)',
    )
  return on.length > 0 ? 'on' : 'off'
}

/**
 * Lets readers see only the accounts that `sync.reader_accounts` grants them, or all again. The owner is not held by
 * it, the worker's role sees and writes all rows.
 *
 * @param trx a transaction.
 * @throws the database's error if a table is in use for more than 3 s; nothing has changed then.
 */
export async function setRowLevelSecurity(trx: Db, wanted: RowLevelSecurity): Promise<void> {
  await boundLockWaits(trx)
  for (const { name, enabled, known } of await protectedTables(trx)) {
    // A table that is as wanted is not locked: nobody has to wait for a migration without effect.
    if (wanted === 'on' && !(enabled && known)) await protect(trx, name)
    if (wanted === 'off' && enabled)
      await sql`alter table ${sql.raw(name)} disable row level security`.execute(trx)
  }
}

async function protectedTables(db: Db): Promise<ProtectedTable[]> {
  const { rows } = await sql<ProtectedTable>`
    select format('%I.%I', nspname, relname) as name, relrowsecurity as enabled,
      exists (select from pg_policy where polrelid = c.oid and polname = 'readers') as known
    from pg_class c join pg_namespace n on n.oid = relnamespace
    where relkind in ('r', 'p') and (nspname = 'ats' or nspname = 'sync' and relname in ('runs', 'run_streams'))
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

const namesOf = (tables: readonly ProtectedTable[]) => tables.map(({ name }) => name).join(', ')
