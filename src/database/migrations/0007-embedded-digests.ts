import { type Kysely, sql } from 'kysely'

/**
 * Digests of copies that are embedded in other records, beside those of a list's own records; a row may have either. Each
 * names its version of the row: an older worker, which knows only the first, does not spoil the second. Breaks nothing.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table sync.row_digests
      add column embedded_digest uuid, add column embedded_row_version xid,
      alter column digest drop not null, alter column row_version drop not null`.execute(db)
}
