import { onPath } from './on-path.ts'
import { runCommand } from './run-command.ts'
import { keepFolder, type Progress } from './tool-cache.ts'

/** The newest that `go install` can build: later modules have replace directives. */
export const TEMPORAL_CLI_VERSION = 'v1.5.1'

const BUILD_WITHIN_MS = 30 * 60_000

/**
 * Builds the Temporal CLI with Go into a folder, once.
 *
 * @throws {Error} there is no Go, or the build fails
 */
export async function buildTemporalCli(folder: string, path: string, progress: Progress): Promise<string> {
  const go = onPath('go', path)
  if (go === undefined) throw new Error('there is no `go` on the PATH')
  const build = async (draft: string) => {
    progress('building the Temporal CLI once (about 3 minutes) …')
    const args = ['install', `github.com/temporalio/cli/cmd/temporal@${TEMPORAL_CLI_VERSION}`]
    await runCommand(go, args, { env: { GOBIN: draft, GOFLAGS: '' }, timeoutMs: BUILD_WITHIN_MS })
  }
  return keepFolder(folder, build, progress)
}
