import { migrate } from '../../src/database/migrate.ts'
import { startThrowAwayPostgres } from '../../src/embedded/postgres.ts'
import { runStatement } from '../../src/embedded/postgres-query.ts'
import { newPassword } from '../../src/embedded/secrets.ts'
import { type PostgresVersion, postgresServer } from './postgres-versions.ts'
import { TEMPLATE, type TestServer } from './stack.ts'

export interface RunningTestServer extends AsyncDisposable {
  readonly server: TestServer
  stop(): Promise<void>
}

/** A server of its own, with the template that test databases are copies of. */
export async function startTestServer(version: PostgresVersion): Promise<RunningTestServer> {
  await using starting = new AsyncDisposableStack()
  const postgres = starting.adopt(
    await startThrowAwayPostgres({ server: await postgresServer(version) }),
    (running) => running.stop(),
  )
  const server = { postgresUrl: databaseUrl(postgres.url, 'postgres'), workerPassword: newPassword() }
  await createTemplate(server)
  const running = starting.move()
  const stop = () => running.disposeAsync()
  return { server, stop, [Symbol.asyncDispose]: stop }
}

async function createTemplate({ postgresUrl: url, workerPassword }: TestServer): Promise<void> {
  await runStatement(url, `CREATE DATABASE ${TEMPLATE}`)
  await migrate({ databaseUrl: databaseUrl(url, TEMPLATE), workerPassword })
  // Copying a database needs nobody, autovacuum included, to be connected to it.
  await runStatement(url, `ALTER DATABASE ${TEMPLATE} WITH IS_TEMPLATE true ALLOW_CONNECTIONS false`)
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server)
  url.pathname = `/${name}`
  return url.href
}
