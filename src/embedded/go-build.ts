import { onPath } from './on-path.ts'
import { runCommand } from './run-command.ts'
import { keepFolder, type Progress } from './tool-cache.ts'

/** The newest that `go install` can build: later modules have replace directives. */
export const TEMPORAL_CLI_VERSION = 'v1.5.1'

const BUILD_WITHIN_MS = 30 * 60_000

export interface GoTool {
  /** For people: "the Temporal CLI". */
  readonly name: string
  /** Paths with versions, of one module. */
  readonly packages: readonly string[]
}

/**
 * Builds programs with Go into a folder, once. Each is named by the last part of its package's path.
 *
 * @throws {Error} there is no Go, or the build fails
 */
export async function buildWithGo(
  { name, packages }: GoTool,
  folder: string,
  path: string,
  progress: Progress,
): Promise<string> {
  const go = onPath('go', path)
  if (go === undefined) throw new Error('there is no `go` on the PATH')
  const build = async (draft: string) => {
    progress(`building ${name} once (about 3 minutes) …`)
    const env = { GOBIN: draft, GOFLAGS: '' }
    await runCommand(go, ['install', ...packages], { env, timeoutMs: BUILD_WITHIN_MS })
  }
  return keepFolder(folder, build, progress)
}

/** @throws {Error} there is no Go, or the build fails */
export function buildTemporalCli(folder: string, path: string, progress: Progress): Promise<string> {
  const packages = [`github.com/temporalio/cli/cmd/temporal@${TEMPORAL_CLI_VERSION}`]
  return buildWithGo({ name: 'the Temporal CLI', packages }, folder, path, progress)
}
