/** Where the `temporal` program comes from: found, downloaded, or built. */
import { join } from 'node:path'
import type { EmbeddedEnvironment } from './environment.ts'
import { buildTemporalCli, TEMPORAL_CLI_VERSION } from './go-build.ts'
import { isExecutable, onPath } from './on-path.ts'
import { downloadBySdk, SDK_VERSION } from './sdk-download.ts'
import type { Progress } from './tool-cache.ts'
import { firstThatWorks, type Source } from './tool-source.ts'

/**
 * Finds the Temporal CLI, which is also the dev server: TEMPORAL_CLI_PATH, then the PATH, then what an earlier
 * run kept, then the SDK's download, last a build with Go.
 *
 * @returns its absolute path
 * @throws {UserError} nothing worked; lists what was tried and what can be done
 */
export async function provideTemporalCli(
  environment: EmbeddedEnvironment,
  progress: Progress,
): Promise<string> {
  return firstThatWorks('the Temporal CLI', temporalCliSources(environment, progress), [
    'install it (https://docs.temporal.io/cli#install) so that `temporal` is on the PATH,',
    'or set TEMPORAL_CLI_PATH to it,',
    'or install Go (1.24 or newer), with which it is built once.',
  ])
}

/** The places in the order in which they are asked. */
export function temporalCliSources(environment: EmbeddedEnvironment, progress: Progress): readonly Source[] {
  const { cacheDir, path } = environment
  const built = join(cacheDir, `temporal-${TEMPORAL_CLI_VERSION}`)
  const downloaded = join(cacheDir, `temporal-sdk-${SDK_VERSION}`)
  return [
    { name: 'TEMPORAL_CLI_PATH', demanded: environment.temporalCliPath, provide: async () => undefined },
    { name: '`temporal` on the PATH', provide: async () => onPath('temporal', path) },
    { name: built, provide: async () => inFolder(built) },
    { name: downloaded, provide: async () => inFolder(downloaded) },
    {
      name: 'download by the Temporal SDK',
      provide: async () => inFolder(await downloadBySdk('temporal', downloaded, progress)),
    },
    {
      name: 'build with Go',
      provide: async () => inFolder(await buildTemporalCli(built, path, progress)),
    },
  ]
}

function inFolder(folder: string): string | undefined {
  const file = join(folder, process.platform === 'win32' ? 'temporal.exe' : 'temporal')
  return isExecutable(file) ? file : undefined
}
