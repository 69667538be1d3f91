/** The environment as the embedded stack reads it: the one place below src/embedded that looks at process.env. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { UserError } from '../errors.ts'

export interface EmbeddedEnvironment {
  /** Absolute path of the folder that everything persistent lives in. */
  readonly dataDir: string
  /** Where tools that had to be downloaded or built are kept, for all checkouts of a user. */
  readonly cacheDir: string
  /** Ports that were asked for by name; undefined means "any that is free". */
  readonly postgresPort: number | undefined
  readonly temporalPort: number | undefined
  readonly temporalUiPort: number | undefined
  readonly simulatedGemPort: number | undefined
  /** Where the worker is to serve health and metrics; undefined: on the usual port if it is free, else on any. */
  readonly workerAddress: string | undefined
  /** A Temporal CLI to use instead of any other. */
  readonly temporalCliPath: string | undefined
  /** A time-skipping test server to use instead of any other. */
  readonly testServerPath: string | undefined
  readonly path: string
}

export type Variables = Readonly<Record<string, string | undefined>>

/**
 * Reads the embedded stack's settings.
 *
 * @throws {UserError} a port is not a whole number from 1 to 65535
 */
export function readEnvironment(variables: Variables = process.env): EmbeddedEnvironment {
  return {
    dataDir: resolve(text(variables, 'GEM_ATS_SYNC_DATA_DIR') ?? '.data'),
    cacheDir: join(text(variables, 'XDG_CACHE_HOME') ?? join(homedir(), '.cache'), 'gem-ats-sync'),
    postgresPort: port(variables, 'PGPORT'),
    temporalPort: port(variables, 'TEMPORAL_PORT'),
    temporalUiPort: port(variables, 'TEMPORAL_UI_PORT'),
    simulatedGemPort: port(variables, 'SIMULATED_GEM_PORT'),
    workerAddress: text(variables, 'GEM_ATS_SYNC_HTTP_ADDRESS'),
    temporalCliPath: text(variables, 'TEMPORAL_CLI_PATH'),
    testServerPath: text(variables, 'TEMPORAL_TEST_SERVER_PATH'),
    path: variables.PATH ?? '',
  }
}

function text(variables: Variables, name: string): string | undefined {
  const value = variables[name]?.trim()
  return value === '' ? undefined : value
}

function port(variables: Variables, name: string): number | undefined {
  const value = text(variables, name)
  if (value === undefined) return undefined
  const number = Number(value)
  if (Number.isInteger(number) && number >= 1 && number <= 65535) return number
  throw new UserError(
    `${name} is ${JSON.stringify(value)}; it must be a port: a whole number from 1 to 65535`,
  )
}
