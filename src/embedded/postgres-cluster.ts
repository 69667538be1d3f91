/** The files of a PostgreSQL cluster: made once, and left in a state that can be started after any crash. */
import { execFile } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { UserError } from '../errors.ts'
import { systemVariables } from './environment.ts'
import type { PostgresAccount } from './postgres-account.ts'
import type { PostgresBinaries } from './postgres-binaries.ts'

const MAJOR = '18'

export interface PostgresServer {
  readonly binaries: PostgresBinaries
  /** Options of initdb: how the cluster sorts. */
  readonly locale: readonly string[]
}

/** The built-in locale sorts alike on every machine, whatever locales that has. PostgreSQL 17 or newer. */
export const builtinLocale = ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']

export interface Cluster extends PostgresServer {
  readonly dir: string
  readonly account: PostgresAccount
  readonly password: string
}

/**
 * Makes the cluster unless it is there. Made aside and moved into place, so that one that is there is whole.
 *
 * @throws {UserError} the folder holds a cluster of another major version
 */
export async function ensureCluster(cluster: Cluster): Promise<void> {
  if (existsSync(cluster.dir)) return checkVersion(cluster.dir)
  const draft = `${cluster.dir}.new`
  const passwordFile = `${cluster.dir}.password`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft, { mode: 0o700 })
  writeFileSync(passwordFile, `${cluster.password}\n`, { mode: 0o600 })
  try {
    giveTo(cluster.account, draft)
    giveTo(cluster.account, passwordFile)
    await initialise(cluster, draft, passwordFile)
  } finally {
    rmSync(passwordFile, { force: true })
  }
  renameSync(draft, cluster.dir)
}

function checkVersion(dir: string): void {
  const file = join(dir, 'PG_VERSION')
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'none'
  if (version === MAJOR) return
  throw new UserError(
    `${dir} must hold a PostgreSQL ${MAJOR} cluster, but its version is ${version}; ` +
      'move that folder away, or set GEM_ATS_SYNC_DATA_DIR to another one',
  )
}

function giveTo(account: PostgresAccount, path: string): void {
  if (account.uid !== undefined && account.gid !== undefined) chownSync(path, account.uid, account.gid)
}

async function initialise(cluster: Cluster, dir: string, passwordFile: string): Promise<void> {
  const { binaries, locale, account } = cluster
  const { prefix = [], ...ids } = account.launch
  const [command, ...args] = [...prefix, binaries.initdb]
  const access = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  await promisify(execFile)(
    command!,
    [...args, `--pgdata=${dir}`, ...access, '--encoding=UTF8', ...locale, '--no-sync'],
    { ...ids, cwd: '/', env: systemVariables() },
  ).catch((error: { stderr?: string; message: string }) => {
    throw new UserError(
      `PostgreSQL could not make its files in ${dir}: ${error.stderr?.trim() || error.message}`,
    )
  })
}
