#!/usr/bin/env node
/** The command line: `gem-ats-sync --help`. */
import { createProgram } from './cli/program.ts'
import { reportError } from './cli/report-error.ts'

// `gem-ats-sync account list | head -1`: nobody reads on, which is no error.
process.stdout.on('error', () => process.exit(0))

const end = (error: unknown) => process.exit(reportError(error))
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, end)

try {
  await createProgram().parseAsync()
} catch (error) {
  end(error)
}
// Whatever a command has left open does not keep it from ending.
process.exit()
