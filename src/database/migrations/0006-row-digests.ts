import { type Kysely, sql } from 'kysely'

/**
 * Digests of what rows were written from, by which a page tells rows that have not changed. Until a full sync has come
 * by, there are none, and rows are compared as before; an older worker neither reads nor spoils them. Breaks nothing.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  // Hot rows of a size: room for new versions beside the old ones keeps updates out of the index.
  `create table sync.row_digests (
    account text not null,
    id uuid not null,
    digest uuid not null,
    row_version xid not null,
    primary key (account, id)
  ) with (fillfactor = 90)`,
]
