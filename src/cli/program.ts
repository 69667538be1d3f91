import { Command } from 'commander'
import manifest from '../../package.json' with { type: 'json' }
import { accountAdd } from './account-add.ts'
import { accountList } from './account-list.ts'
import { accountPause, accountResume } from './account-pause.ts'
import { accountRemove } from './account-remove.ts'
import { accountResync } from './account-resync.ts'
import { accountRotateEncryptionKey } from './account-rotate-encryption-key.ts'
import { accountSet } from './account-set.ts'
import { accountSetKey } from './account-set-key.ts'
import { accountShow } from './account-show.ts'
import { accountStart } from './account-start.ts'
import { accountStop } from './account-stop.ts'
import { onDatabase } from './choose-database.ts'
import { codecServer } from './codec-server.ts'
import { complete, completion } from './completion.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { migrateCommand } from './migrate.ts'
import { rejectedList } from './rejected-list.ts'
import { runs } from './runs.ts'
import { status } from './status.ts'

const help = `
The database is DATABASE_URL, or that of the embedded stack (npm start) that runs on GEM_ATS_SYNC_DATA_DIR (.data).
Where both are there, --database env or --database embedded says which; nothing is written without it.
Exit codes: 0 done, 1 failed (of doctor: a check has), 2 wrong usage, 130 ended by Ctrl-C.
Colours only at a terminal; NO_COLOR=1 and FORCE_COLOR=1 say otherwise. DEBUG=gem-ats-sync shows where an error comes from.

First steps:
  gem-ats-sync demo                 # see it work, with a simulated Gem
  gem-ats-sync migrate              # create the tables in your own PostgreSQL
  gem-ats-sync account add acme     # asks for the API key
  gem-ats-sync account start acme   # or the line of the temporal CLI that account add prints
  gem-ats-sync status acme`

export function createProgram(): Command {
  const account = new Command('account')
    .description('Adds, shows, changes and removes Gem accounts, and steers their workflows.')
    .summary('add, show, change and remove accounts; start, stop, pause and resync them')
  for (const command of accountCommands()) account.addCommand(command)
  const rejected = new Command('rejected')
    .description('Shows records of Gem that could not be mapped.')
    .summary('show records that could not be mapped')
    .addCommand(onDatabase('reads', rejectedList()))
  const program = new Command('gem-ats-sync')
    .description('Mirrors Gem ATS accounts into PostgreSQL, on Temporal.')
    .version(manifest.version)
    .addHelpText('after', help)
  for (const command of [
    account,
    onDatabase('reads', status()),
    onDatabase('reads', runs()),
    rejected,
    onDatabase('reads', doctor()),
    migrateCommand(),
    codecServer(),
    demo(),
    completion(),
  ])
    program.addCommand(command)
  program.addCommand(complete(program), { hidden: true })
  return withOneLineErrors(program)
}

function accountCommands(): Command[] {
  return [
    onDatabase('writes', accountAdd()),
    onDatabase('reads', accountList()),
    onDatabase('reads', accountShow()),
    onDatabase('writes', accountSet()),
    onDatabase('writes', accountSetKey()),
    onDatabase('writes', accountRotateEncryptionKey()),
    onDatabase('writes', accountRemove()),
    onDatabase('writes', accountStart()),
    onDatabase('writes', accountStop()),
    onDatabase('writes', accountPause()),
    onDatabase('writes', accountResume()),
    onDatabase('writes', accountResync()),
  ]
}

/** Commander throws instead of ending the process, and leaves it to us to print. Subcommands do not inherit it. */
function withOneLineErrors(command: Command): Command {
  command.exitOverride().configureOutput({ outputError: () => {} })
  for (const child of command.commands) withOneLineErrors(child)
  return command
}
