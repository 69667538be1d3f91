import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))

export interface CliRun {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface CliOptions {
  readonly databaseUrl?: string
  readonly env?: Readonly<Record<string, string>>
  /** Standard input; without it, it is empty. */
  readonly input?: string
}

export const ENCRYPTION_KEY = randomBytes(32).toString('base64')

/** A port that nothing listens on: closed by the system for everybody but root's own services. */
export const NOBODY = '127.0.0.1:1'

/** Runs `gem-ats-sync` as a user would, with an environment of its own: no Temporal answers unless one is given. */
export function runCli(
  args: readonly string[],
  { databaseUrl, env, input }: CliOptions = {},
): Promise<CliRun> {
  const environment = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    GEM_ATS_SYNC_DATA_DIR: '/nonexistent/data',
    GEM_ATS_SYNC_ENCRYPTION_KEY: ENCRYPTION_KEY,
    TEMPORAL_ADDRESS: NOBODY,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...env,
  }
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [CLI, ...args],
      { env: environment },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1
        resolve({ code, stdout, stderr })
      },
    )
    // It may have ended before it read.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input ?? '')
  })
}
