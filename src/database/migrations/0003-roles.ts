import { type Kysely, sql } from 'kysely'
import { createRoles } from '../roles.ts'

/**
 * Who may do what: `gem_ats_sync_worker` reads and writes rows and owns nothing; `ats_reader` reads what users
 * query and nothing about credentials.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await createRoles(db)
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'grant usage on schema ats, sync to gem_ats_sync_worker, ats_reader',
  'grant select, insert, update, delete on all tables in schema ats, sync to gem_ats_sync_worker',
  'grant execute on all functions in schema sync to gem_ats_sync_worker',
  'alter default privileges in schema ats, sync grant select, insert, update, delete on tables to gem_ats_sync_worker',
  'grant select on all tables in schema ats to ats_reader',
  'grant select on sync.runs, sync.run_streams, sync.account_states to ats_reader',
  'alter default privileges in schema ats grant select on tables to ats_reader',
]
