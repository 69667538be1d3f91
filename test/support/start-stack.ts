/** Starts what all test files share; see stack.ts for how they find it. */
import { migrate } from '../../src/database/migrate.ts'
import { readEnvironment } from '../../src/embedded/environment.ts'
import { type EmbeddedPostgres, startThrowAwayPostgres } from '../../src/embedded/postgres.ts'
import { runStatement } from '../../src/embedded/postgres-query.ts'
import { newPassword } from '../../src/embedded/secrets.ts'
import { startTemporalServer } from '../../src/embedded/temporal-server.ts'
import { provideTemporalCli } from '../../src/embedded/temporal-tool.ts'
import { TEMPLATE, type TestStack } from './stack.ts'

export interface RunningTestStack {
  readonly where: TestStack
  stop(): Promise<void>
}

/** @param folder for the servers' logs; the caller removes it */
export async function startTestStack(folder: string): Promise<RunningTestStack> {
  const temporalCli = await provideTemporalCli(readEnvironment(), (line) => console.error(line))
  const workerPassword = newPassword()
  const starting = [
    startTemplate(workerPassword),
    startTemporalServer({ cli: temporalCli, dataDir: folder, inMemory: true }),
  ] as const
  try {
    const [postgres, temporal] = await Promise.all(starting)
    return {
      where: {
        postgresUrl: serverUrl(postgres.url),
        workerPassword,
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

async function startTemplate(workerPassword: string): Promise<EmbeddedPostgres> {
  const postgres = await startThrowAwayPostgres()
  try {
    await createTemplate(serverUrl(postgres.url), workerPassword)
    return postgres
  } catch (error) {
    await postgres.stop()
    throw error
  }
}

async function createTemplate(url: string, workerPassword: string): Promise<void> {
  await runStatement(url, `CREATE DATABASE ${TEMPLATE}`)
  const template = new URL(url)
  template.pathname = `/${TEMPLATE}`
  await migrate({ databaseUrl: template.href, workerPassword })
  // Copying a database needs nobody, autovacuum included, to be connected to it.
  await runStatement(url, `ALTER DATABASE ${TEMPLATE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`)
}

function serverUrl(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  url.pathname = '/postgres'
  return url.href
}
