import { type Kysely, sql } from 'kysely'

/**
 * What retention needs: until when deletions count as due and are worked off, and indexes that find what is due. Breaks
 * nothing.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'alter table sync.accounts add column blank_deleted_before timestamptz, add column blanked_until timestamptz',
  'drop index ats.candidates_account_idx',
  'create index on ats.candidates (account, remote_deleted_at) where remote_deleted_at is not null',
  'create index on sync.rejected_records (account, resolved_at) where resolved_at is not null',
]
