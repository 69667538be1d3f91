import { Argument, Command } from 'commander'
import { listAccounts } from '../accounts/account-store.ts'
import { readEnvironment } from '../config.ts'
import { chooseDatabase } from './choose-database.ts'
import { candidatesFor } from './completion/candidates.ts'
import { type Shell, scripts, shells } from './completion/scripts.ts'
import { print, toPrintable } from './output.ts'
import { withDatabase } from './with-database.ts'

const help = `
The script asks gem-ats-sync itself for what may come next, and that asks the database for the names of accounts. So
gem-ats-sync has to be a command of your shell: where it is one only after npx, make a function of that name first.

Examples:
  gem-ats-sync() { npx gem-ats-sync "$@"; }     # bash and zsh, in the folder of the project
  source <(gem-ats-sync completion bash)        # in ~/.bashrc
  source <(gem-ats-sync completion zsh)         # in ~/.zshrc, after compinit
  gem-ats-sync completion fish | source         # in config.fish`

export function completion(): Command {
  return new Command('completion')
    .summary('print a script that completes commands, options and accounts in a shell')
    .description('Prints a script for a shell that completes commands, options and names of accounts.')
    .addArgument(new Argument('<shell>').choices(shells))
    .addHelpText('after', help)
    .action((shell: Shell) => print(scripts[shell]))
}

/** What the scripts ask; it is hidden, since it is not for people. */
export function complete(program: Command): Command {
  return new Command('complete').argument('[word...]').action(async (words: readonly string[]) => {
    for (const { value, description } of candidatesFor(program, words, await accountNames()))
      print(`${value}\t${toPrintable(description)}`)
  })
}

/** None if they cannot be had: an error would land in the line that is being typed. */
async function accountNames(): Promise<readonly string[]> {
  try {
    chooseDatabase('reads', undefined, () => {})
    const accounts = await withDatabase(readEnvironment(), listAccounts)
    return accounts.map(({ account }) => account)
  } catch {
    return []
  }
}
