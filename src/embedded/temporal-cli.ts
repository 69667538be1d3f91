/** `npm run temporal -- …`: the same `temporal` program and server that the embedded stack uses. */
import { spawn } from 'node:child_process'
import { UserError } from '../errors.ts'
import { readEnvironment } from './environment.ts'
import { readStackFile } from './stack-file.ts'
import { provideTemporalCli } from './temporal-tool.ts'

try {
  process.exitCode = await runTemporal(process.argv.slice(2))
} catch (error) {
  console.error(error instanceof UserError ? `error: ${error.message}` : error)
  process.exitCode = 1
}

/** @returns the program's exit code */
async function runTemporal(args: readonly string[]): Promise<number> {
  const environment = readEnvironment()
  const stack = readStackFile(environment.dataDir)
  const cli = stack?.temporalCli ?? (await provideTemporalCli(environment, (line) => console.error(line)))
  const address =
    stack === null ? {} : { TEMPORAL_ADDRESS: stack.temporalAddress, TEMPORAL_NAMESPACE: stack.namespace }
  // What the shell sets goes first: it may mean another server.
  const child = spawn(cli, args, { stdio: 'inherit', env: { ...address, ...process.env } })
  // Ctrl-C reaches the program too; it decides when to end.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
