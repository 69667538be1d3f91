import { type Kysely, sql } from 'kysely'

/**
 * Which accounts a role of readers may see, once row-level security is on (`migrate --row-level-security on`); it is
 * off until then, and nothing changes for readers. Breaks nothing.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // Goes with the account: one that is added later under the same name may be another company's.
  `create table sync.reader_accounts (
    role text not null,
    account text not null references sync.accounts on delete cascade,
    primary key (role, account)
  )`,
  'create index on sync.reader_accounts (account)',
  // Of whoever asks: in a view, current_user is not its owner.
  `create view sync.readable_accounts with (security_barrier) as
    select distinct account from sync.reader_accounts
    join pg_catalog.pg_roles on rolname = role where pg_has_role(current_user, pg_roles.oid, 'usage')`,
  // A view asks as its owner, whom no policy holds. Whoever may read the table itself sees all of it.
  `create or replace view sync.account_states with (security_barrier) as
    select account, base_url, settings, state, state_reason, created_at, updated_at from sync.accounts
    where not (select relrowsecurity from pg_catalog.pg_class where oid = 'sync.runs'::regclass)
      or has_table_privilege('sync.accounts', 'select')
      or account = any (array(select readable.account from sync.readable_accounts readable))`,
  'grant select on sync.readable_accounts to ats_reader, gem_ats_sync_worker',
]
