import { sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { boundLockWaits } from './bound-lock-waits.ts'
import { connect, type Db } from './connect.ts'
import { describeTables } from './describe-tables.ts'
import { checkBeforeMigrating } from './migrate-preflight.ts'
import { migrations } from './migrations/index.ts'
import { createRoles, letWorkerLogIn } from './roles.ts'
import { type RowLevelSecurity, rowLevelSecurity, setRowLevelSecurity } from './row-level-security.ts'
import { requireVersion } from './server-version.ts'

export interface MigrateOptions {
  /** URL of the owner of the schemas: it may create schemas, tables and roles. */
  readonly databaseUrl: string
  /** Lets the worker's role log in with this password; without it the role is a group to grant to an own user. */
  readonly workerPassword?: string
  /** Sends the password itself, for servers that take no verifier in its place. */
  readonly plaintextPassword?: boolean
  /** Whether readers see only the accounts that are granted to them; undefined: as it was, which must be one of the two. */
  readonly rowLevelSecurity?: RowLevelSecurity | undefined
  /** Older servers are refused. */
  readonly oldestVersion?: number
}

/**
 * Brings the schemas `ats` and `sync` to the newest version; does nothing where they are. Safe to run side by side, and
 * beside workers and readers.
 *
 * @returns names of the migrations that ran.
 * @throws UserError if the server is too old, or row-level security is partly on; the database's error if a migration fails, or if
 * somebody uses a table of theirs for more than 3 s: then none has run.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const db = connect(options.databaseUrl, { max: 2, applicationName: 'gem-ats-sync migrate', patient: true })
  try {
    await requireVersion(db, options.oldestVersion)
    return await db.transaction().execute((trx) => migrateIn(trx, options))
  } finally {
    await db.destroy()
  }
}

/** All of it in one transaction, so that nothing is half done; what a server may refuse comes first. */
async function migrateIn(trx: Db, options: MigrateOptions): Promise<string[]> {
  const { workerPassword, plaintextPassword = false } = options
  // One after another: the migrator makes its own tables before it takes its lock.
  await sql`select pg_advisory_xact_lock(hashtextextended('gem-ats-sync migrate', 0))`.execute(trx)
  await checkBeforeMigrating(trx, workerPassword !== undefined)
  const readers = options.rowLevelSecurity ?? (await rowLevelSecurity(trx))
  if (workerPassword !== undefined) {
    await createRoles(trx)
    await letWorkerLogIn(trx, { password: workerPassword, inPlaintext: plaintextPassword })
  }
  let failure: unknown
  const migrator = migratorOf(trx, (why) => {
    failure = why
  })
  const { error, results = [] } = await migrator.migrateToLatest()
  // The migrator gives its lock back, which fails as well in a transaction that has failed.
  if (error !== undefined) throw failure ?? error
  await describeTables(trx)
  await setRowLevelSecurity(trx, readers)
  return results.map((result) => result.migrationName)
}

/** All migrations, which run in one transaction. */
export function migratorOf(db: Db, failed: (why: unknown) => void = () => {}): Migrator {
  const bounded = Object.entries(migrations).map(([name, { up }]): [string, Migration] => {
    const run: Migration['up'] = async (trx) => {
      await boundLockWaits(trx)
      await up(trx)
    }
    return [
      name,
      {
        up: (trx) =>
          run(trx).catch((why: unknown) => {
            failed(why)
            throw why
          }),
      },
    ]
  })
  return new Migrator({
    db,
    provider: { getMigrations: async () => Object.fromEntries(bounded) },
    migrationTableSchema: 'sync',
  })
}
