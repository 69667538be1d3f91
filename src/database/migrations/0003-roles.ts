import { type Kysely, sql } from 'kysely'

/**
 * Who may do what: `gem_ats_sync_worker` reads and writes rows and owns nothing; `ats_reader` reads what users
 * query and nothing about credentials. Roles belong to the whole cluster, so they may be there already.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const createRole = (role: string) => `
  do $$ begin
    if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin; end if;
  exception when duplicate_object or unique_violation then null;
  end $$`

const statements = [
  createRole('gem_ats_sync_worker'),
  createRole('ats_reader'),
  'grant usage on schema ats, sync to gem_ats_sync_worker, ats_reader',
  'grant select, insert, update, delete on all tables in schema ats, sync to gem_ats_sync_worker',
  'grant execute on all functions in schema sync to gem_ats_sync_worker',
  'alter default privileges in schema ats, sync grant select, insert, update, delete on tables to gem_ats_sync_worker',
  'grant select on all tables in schema ats to ats_reader',
  'grant select on sync.runs, sync.run_streams, sync.account_states to ats_reader',
  'alter default privileges in schema ats grant select on tables to ats_reader',
]
