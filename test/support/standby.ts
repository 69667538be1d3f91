import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { migrate } from '../../src/database/migrate.ts'
import { startPostgres } from '../../src/embedded/postgres.ts'
import { choosePostgresAccount } from '../../src/embedded/postgres-account.ts'
import { findPostgresBinaries, runnableBinaries } from '../../src/embedded/postgres-binaries.ts'
import { builtinLocale } from '../../src/embedded/postgres-cluster.ts'
import { launchPostgres } from '../../src/embedded/postgres-launch.ts'
import { keepSecret, newPassword } from '../../src/embedded/secrets.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface HotStandby extends AsyncDisposable {
  /** As the worker's role. */
  readonly url: string
}

/** A migrated PostgreSQL that waits for a primary server to follow: it answers, and writes nothing. */
export async function startHotStandby(): Promise<HotStandby> {
  await using parts = new AsyncDisposableStack()
  const { path: dataDir } = parts.use(temporaryFolder())
  // Root's PostgreSQL runs under another account, which must get in.
  chmodSync(dataDir, 0o755)
  const workerPassword = newPassword()
  const primary = await startPostgres({ dataDir })
  await migrate({ databaseUrl: primary.url, workerPassword }).finally(() => primary.stop())
  const dir = join(dataDir, 'postgres')
  writeFileSync(join(dir, 'standby.signal'), '')
  const account = choosePostgresAccount(dir)
  const password = keepSecret(join(dataDir, 'postgres-password'), newPassword)
  const binaries = runnableBinaries(await findPostgresBinaries(), account)
  const { server, port } = await launchPostgres(
    { dir, account, password, binaries, locale: builtinLocale },
    {
      ...{ logFile: join(dataDir, 'postgres.log'), pidFile: join(dataDir, 'postgres.pid') },
      ...{ port: undefined, usualPort: undefined, throwAway: false, say: () => {} },
    },
  )
  parts.defer(() => server.stop('SIGINT', 30_000))
  const url = Object.assign(new URL(primary.url), {
    username: 'gem_ats_sync_worker',
    password: workerPassword,
    port,
  })
  const running = parts.move()
  return { url: url.href, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
