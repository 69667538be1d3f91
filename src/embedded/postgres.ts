/** The embedded PostgreSQL 18: persistent in a data folder, or throw-away for tests. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { forgetChild, stopLeftover } from './leftover.ts'
import { choosePostgresAccount } from './postgres-account.ts'
import { findPostgresBinaries, runnableBinaries } from './postgres-binaries.ts'
import { builtinLocale, type Cluster, ensureCluster, type PostgresServer } from './postgres-cluster.ts'
import { type Launched, launchPostgres } from './postgres-launch.ts'
import { runStatement } from './postgres-query.ts'
import { keepSecret, newPassword } from './secrets.ts'
import type { Progress } from './tool-cache.ts'

export const DATABASE = 'gem_ats_sync'

export interface PostgresOptions {
  /** The folder that the cluster (`postgres`), its password and its log are kept in; the caller has its lock. */
  readonly dataDir: string
  /** PGPORT: this port if it can be had, else `usualPort`, else any. */
  readonly port?: string | undefined
  readonly usualPort?: number | undefined
  /** Faster, and all is lost in a power cut: for tests. */
  readonly throwAway?: boolean
  readonly say?: Progress
  /** By default the one that npm brings along. */
  readonly server?: PostgresServer
}

export interface EmbeddedPostgres {
  /** As superuser `postgres`, on database `gem_ats_sync`. Holds the password. */
  readonly url: string
  readonly port: number
  readonly pid: number
  /** Resolves with how the server ended, wanted or not. */
  readonly ended: Promise<string>
  stop(): Promise<void>
}

/**
 * Starts PostgreSQL on the loopback address and creates the database `gem_ats_sync` if it is not there.
 *
 * @throws {UserError} the account cannot be used, or the server does not come up
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  mkdirSync(options.dataDir, { recursive: true })
  const dataDir = realpathSync(options.dataDir)
  const pidFile = join(dataDir, 'postgres.pid')
  await stopLeftover(pidFile)
  const launched = await launchPostgres(await prepareCluster(dataDir, options.server), {
    logFile: join(dataDir, 'postgres.log'),
    pidFile,
    port: options.port,
    usualPort: options.usualPort,
    throwAway: options.throwAway ?? false,
    say: options.say ?? (() => {}),
  })
  await createDatabase(launched.url)
  return embeddedPostgres(launched, pidFile)
}

/** A cluster of its own in the temporary folder, gone when it is stopped. */
export async function startThrowAwayPostgres(
  options: Pick<PostgresOptions, 'server'> = {},
): Promise<EmbeddedPostgres> {
  const dataDir = mkdtempSync(join(tmpdir(), 'gem-ats-sync-postgres-'))
  // Root's PostgreSQL runs under another account, which must get in.
  chmodSync(dataDir, 0o755)
  const remove = () => rmSync(dataDir, { recursive: true, force: true })
  try {
    const postgres = await startPostgres({ ...options, dataDir, throwAway: true })
    return { ...postgres, stop: () => postgres.stop().finally(remove) }
  } catch (error) {
    remove()
    throw error
  }
}

async function prepareCluster(dataDir: string, server?: PostgresServer): Promise<Cluster> {
  const { binaries: found, locale } = server ?? {
    binaries: await findPostgresBinaries(),
    locale: builtinLocale,
  }
  const dir = join(dataDir, 'postgres')
  const account = choosePostgresAccount(dir)
  const binaries = runnableBinaries(found, account)
  const password = keepSecret(join(dataDir, 'postgres-password'), newPassword)
  const cluster = { dir, binaries, locale, account, password }
  await ensureCluster(cluster)
  return cluster
}

async function createDatabase(url: string): Promise<void> {
  await runStatement(`${url}/${DATABASE}`, 'SELECT 1').catch(async (error: { code?: string }) => {
    if (error.code !== NO_SUCH_DATABASE) throw error
    await runStatement(`${url}/postgres`, `CREATE DATABASE ${DATABASE}`)
  })
}

const NO_SUCH_DATABASE = '3D000'

function embeddedPostgres({ server, url, port }: Launched, pidFile: string): EmbeddedPostgres {
  return {
    url: `${url}/${DATABASE}`,
    port,
    pid: server.pid,
    ended: server.ended,
    // SIGINT is PostgreSQL's fast shutdown: clients are disconnected, nothing is lost.
    stop: () => server.stop('SIGINT', 30_000).then(() => forgetChild(pidFile)),
  }
}
