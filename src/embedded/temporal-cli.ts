/** `npm run temporal -- …`: the same `temporal` program and server that the embedded stack uses. */
import { devNull } from 'node:os'
import { becomeProgram, sayFailure } from '../run-program.ts'
import { readEnvironment, systemVariables } from './environment.ts'
import { readStackFile } from './stack-file.ts'
import { provideTemporalCli } from './temporal-tool.ts'

try {
  await runTemporal(process.argv.slice(2))
} catch (error) {
  sayFailure(error)
  process.exitCode = 1
}

/** Becomes the program, so that signals and its exit code are its own. */
async function runTemporal(args: readonly string[]): Promise<never> {
  const environment = readEnvironment()
  const stack = readStackFile(environment.dataDir)
  const cli = stack?.temporalCli ?? (await provideTemporalCli(environment, (line) => console.error(line)))
  // Without a stack it is for other servers, which the shell may name; with one it is for that one.
  const env =
    stack === null
      ? process.env
      : {
          ...systemVariables(),
          TEMPORAL_ADDRESS: stack.temporalAddress,
          TEMPORAL_NAMESPACE: stack.namespace,
          TEMPORAL_CONFIG_FILE: devNull,
        }
  becomeProgram(cli, args, env)
}
