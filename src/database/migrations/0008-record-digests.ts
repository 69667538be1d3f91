import { type Kysely, sql } from 'kysely'

/**
 * The same digests by the ids of their rows alone, which are looked up for every record of every sync: a third cheaper
 * without the account before them. They begin anew, which costs the next full sync a comparison of each row. An older worker goes
 * on with `sync.row_digests`; a row that either version writes is a new version of the row, and compared by the other.
 * The old table goes with a later migration, once no such worker is left. Breaks nothing.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // Hot rows of a size: room for new versions beside the old ones keeps updates out of the index.
  `create table sync.record_digests (
    id uuid primary key,
    digest uuid,
    row_version xid,
    embedded_digest uuid,
    embedded_row_version xid
  ) with (fillfactor = 90)`,
]
