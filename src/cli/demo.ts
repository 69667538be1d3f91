import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { becomeProgram } from '../run-program.ts'

const help = `
Examples:
  gem-ats-sync demo           # stays up until Ctrl-C
  gem-ats-sync demo --exit    # ends with the first finished sync`

export function demo(): Command {
  return new Command('demo')
    .summary('try it: a simulated Gem, PostgreSQL, Temporal and the worker, all embedded')
    .description('Runs everything embedded, syncs a simulated account, and shows where to look.')
    .argument('[option...]', 'passed on to the demo')
    .allowUnknownOption()
    .addHelpText('after', help)
    .action(run)
}

function run(args: readonly string[]): void {
  // Compiled for publishing, this file and the demo end with .js.
  const script = fileURLToPath(new URL(`../embedded/demo${extname(import.meta.url)}`, import.meta.url))
  becomeProgram(process.execPath, [script, ...args], process.env)
}
