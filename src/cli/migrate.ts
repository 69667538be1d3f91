import { Command, Option } from 'commander'
import { isConfidential } from '../config/database-url.ts'
import { migrationTargetOf, readEnvironment } from '../config.ts'
import { explainDatabaseError } from '../database/explain-error.ts'
import type { RowLevelSecurity } from '../database/row-level-security.ts'
import { UserError } from '../errors.ts'
import { print, printJson } from './output.ts'

const help = `
Takes from the environment:
  GEM_ATS_SYNC_OWNER_DATABASE_URL   a role that may create schemas, tables and roles (else DATABASE_URL)
  GEM_ATS_SYNC_WORKER_PASSWORD      lets the role gem_ats_sync_worker log in with this password; without it the
                                    role is a group, to be granted to a user of your own
The embedded stack migrates its own database when it starts.

With --row-level-security on, members of the role ats_reader see only the accounts that are granted to them:
  INSERT INTO sync.reader_accounts (role, account) VALUES ('analyst', 'acme');
It stays on until it is turned off. The worker and the owner see all accounts.

Example:
  GEM_ATS_SYNC_OWNER_DATABASE_URL=postgres://owner:…@db/ats gem-ats-sync migrate`

export function migrateCommand(): Command {
  return new Command('migrate')
    .summary('create the tables, or bring them up to date')
    .description('Creates the schemas ats and sync with their tables and roles, or brings them up to date.')
    .addOption(
      new Option(
        '--row-level-security <state>',
        'whether readers see only the accounts granted to them',
      ).choices([...(['on', 'off'] satisfies RowLevelSecurity[])]),
    )
    .option(
      '--plaintext-password',
      'send GEM_ATS_SYNC_WORKER_PASSWORD itself, for a server that takes no SCRAM verifier; over verified TLS only',
      false,
    )
    .option('--json', 'print the result as JSON', false)
    .addHelpText('after', help)
    .action(run)
}

interface MigrateCommandOptions {
  readonly rowLevelSecurity?: RowLevelSecurity
  readonly plaintextPassword: boolean
  readonly json: boolean
}

async function run({ rowLevelSecurity, plaintextPassword, json }: MigrateCommandOptions): Promise<void> {
  const { databaseUrl, workerPassword } = migrationTargetOf(readEnvironment())
  if (plaintextPassword && !isConfidential(databaseUrl))
    throw new UserError(
      '--plaintext-password needs TLS to the server: add sslmode=verify-full to the database URL, and sslrootcert ' +
        'if its authority is none that Node knows',
    )
  // Loaded only here: it brings every model along.
  const { migrate } = await import('../database/migrate.ts')
  const names = await migrate({
    databaseUrl,
    rowLevelSecurity,
    plaintextPassword,
    ...(workerPassword === undefined ? {} : { workerPassword }),
  }).catch((error: unknown) => {
    throw explainDatabaseError(error, databaseUrl)
  })
  if (json) return printJson({ migrations: names })
  if (names.length === 0) print('The tables are up to date.')
  for (const name of names) print(`${name} done`)
  if (rowLevelSecurity !== undefined) print(`Row-level security is ${rowLevelSecurity}.`)
}
