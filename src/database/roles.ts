import { type Kysely, sql } from 'kysely'
import pg from 'pg'
import { UserError } from '../errors.ts'
import { conditionOf } from './conditions.ts'
import type { Db } from './connect.ts'
import { scramVerifier } from './scram-verifier.ts'

export interface WorkerPassword {
  readonly password: string
  /** For servers that take no verifier in its place: they see the password itself. */
  readonly inPlaintext: boolean
}

/** Roles belong to the whole cluster, so they may be there already. */
export async function createRoles<T>(db: Kysely<T>): Promise<void> {
  for (const role of ['gem_ats_sync_worker', 'ats_reader'])
    await sql
      .raw(`
        do $$ begin
          if not exists (select from pg_roles where rolname = '${role}') then create role ${role} nologin; end if;
        exception when duplicate_object or unique_violation then null;
        end $$`)
      .execute(db)
}

/** @param trx a transaction, which cannot be gone on with if this fails. */
export async function letWorkerLogIn(trx: Db, { password, inPlaintext }: WorkerPassword): Promise<void> {
  // Two ALTER ROLE at a time fail, also from two databases of a cluster; a comment on the role locks it for both.
  await sql`comment on role gem_ats_sync_worker is 'Worker of gem-ats-sync: reads and writes rows'`.execute(
    trx,
  )
  const given = inPlaintext ? password : scramVerifier(password)
  // ALTER ROLE takes no parameters; sql.lit quotes.
  const altering = sql`alter role gem_ats_sync_worker login password ${sql.lit(given)}`.execute(trx)
  await altering.catch((error: unknown) => {
    throw explain(error, inPlaintext)
  })
}

/** PostgreSQL's own words are left out: they may quote the password. */
function explain(error: unknown, inPlaintext: boolean): unknown {
  if (!(error instanceof pg.DatabaseError) || conditionOf(error) !== null) return error
  const what = inPlaintext
    ? "refuses the worker's password itself; choose one that its rules for passwords allow"
    : "does not take the worker's password as a SCRAM verifier; gem-ats-sync migrate --plaintext-password sends the password itself, over TLS"
  return new UserError(`PostgreSQL (${error.code}) ${what}. Nothing was changed`)
}
