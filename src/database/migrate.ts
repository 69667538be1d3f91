import { sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { boundLockWaits } from './bound-lock-waits.ts'
import { connect, type Db } from './connect.ts'
import { describeTables } from './describe-tables.ts'
import { migrations } from './migrations/index.ts'
import { type RowLevelSecurity, rowLevelSecurity, setRowLevelSecurity } from './row-level-security.ts'
import { scramVerifier } from './scram-verifier.ts'
import { requireVersion } from './server-version.ts'

export interface MigrateOptions {
  /** URL of the owner of the schemas: it may create schemas, tables and roles. */
  readonly databaseUrl: string
  /** Lets the worker's role log in with this password; without it the role is a group to grant to an own user. */
  readonly workerPassword?: string
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
    const readers = options.rowLevelSecurity ?? (await rowLevelSecurity(db))
    const { error, results = [] } = await migratorOf(db).migrateToLatest()
    if (error !== undefined) throw error
    await describeTables(db)
    await setRowLevelSecurity(db, readers)
    if (options.workerPassword !== undefined) await letWorkerLogIn(db, options.workerPassword)
    return results.map((result) => result.migrationName)
  } finally {
    await db.destroy()
  }
}

/** All migrations, which run in one transaction. */
export function migratorOf(db: Db): Migrator {
  const bounded = Object.entries(migrations).map(([name, { up }]): [string, Migration] => {
    return [name, { up: (trx) => boundLockWaits(trx).then(() => up(trx)) }]
  })
  return new Migrator({
    db,
    provider: { getMigrations: async () => Object.fromEntries(bounded) },
    migrationTableSchema: 'sync',
  })
}

async function letWorkerLogIn(db: Db, password: string): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // Two ALTER ROLE at a time fail, also from two databases of a cluster; a comment on the role locks it for both.
    await sql`comment on role gem_ats_sync_worker is 'Worker of gem-ats-sync: reads and writes rows'`.execute(
      trx,
    )
    // ALTER ROLE takes no parameters; sql.lit quotes.
    await sql`alter role gem_ats_sync_worker login password ${sql.lit(scramVerifier(password))}`.execute(trx)
  })
}
