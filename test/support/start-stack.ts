/** Starts what all test files share; see stack.ts for how they find it. */
import { newestVersion } from '../../src/database/server-version.ts'
import { readEnvironment } from '../../src/embedded/environment.ts'
import { startTemporalServer } from '../../src/embedded/temporal-server.ts'
import { provideTemporalCli } from '../../src/embedded/temporal-tool.ts'
import { startTestServer } from './postgres-server.ts'
import type { PostgresVersion } from './postgres-versions.ts'
import type { TestStack } from './stack.ts'

export interface RunningTestStack {
  readonly where: TestStack
  stop(): Promise<void>
}

/** @param folder for the servers' logs; the caller removes it */
export async function startTestStack(
  folder: string,
  version: PostgresVersion = newestVersion,
): Promise<RunningTestStack> {
  const temporalCli = await provideTemporalCli(readEnvironment(), (line) => console.error(line))
  const starting = [
    startTestServer(version),
    startTemporalServer({ cli: temporalCli, dataDir: folder, inMemory: true }),
  ] as const
  try {
    const [postgres, temporal] = await Promise.all(starting)
    return {
      where: {
        ...postgres.server,
        temporalAddress: temporal.address,
        temporalNamespace: temporal.namespace,
        temporalCli,
      },
      stop: () => stopAll(starting),
    }
  } catch (error) {
    await stopAll(starting)
    throw error
  }
}

async function stopAll(starting: ReadonlyArray<Promise<{ stop(): Promise<void> }>>): Promise<void> {
  for (const result of await Promise.allSettled(starting)) {
    if (result.status === 'fulfilled') await result.value.stop()
  }
}
