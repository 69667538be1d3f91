/**
 * The account that PostgreSQL runs under. PostgreSQL refuses to run as root, so root must hand it to another
 * account, which may not be able to enter the folders that root works in (a home of mode 0700).
 */
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { UserError } from '../errors.ts'
import { findSetpriv } from './setpriv.ts'

export interface PostgresAccount {
  /** Only as root: whom PostgreSQL runs as. */
  readonly uid?: number
  readonly gid?: number
  /** How to start a program under this account. */
  readonly launch: {
    readonly uid?: number
    readonly gid?: number
    readonly prefix?: readonly string[]
  }
}

/**
 * Chooses the account: the current one; for root the owner of the cluster if there is one already,
 * else `postgres`, else `nobody`. No account is created.
 *
 * @throws {UserError} as root, when no account can reach the cluster's folder
 */
export function choosePostgresAccount(clusterDir: string): PostgresAccount {
  if (process.getuid?.() !== 0) return { launch: {} }
  const account = ownerOf(clusterDir) ?? lookUp('postgres') ?? lookUp('nobody')
  if (account === undefined) {
    throw new UserError(
      'PostgreSQL cannot run as root, and there is no account "postgres" or "nobody" to run it as',
    )
  }
  const folder = dirname(clusterDir)
  if (canEnter(account, folder)) return { ...account, launch: account }
  const prefix = passThroughPrefix(account)
  if (prefix !== undefined && canEnter({ prefix }, folder)) return { ...account, launch: { prefix } }
  throw new UserError(
    `PostgreSQL cannot run as root, and account ${account.uid} cannot enter ${folder}; run this as an ordinary ` +
      'user, or set GEM_ATS_SYNC_DATA_DIR to a folder that every account may enter, below /var/lib for instance',
  )
}

/** True if the account may run the program: PostgreSQL asks by access(2), which knows no extra rights. */
export function mayRun({ uid, gid }: PostgresAccount, program: string): boolean {
  if (uid === undefined || gid === undefined) return true
  return spawnSync('test', ['-x', program], { uid, gid, cwd: '/' }).status === 0
}

interface Ids {
  readonly uid: number
  readonly gid: number
}

function ownerOf(clusterDir: string): Ids | undefined {
  if (!existsSync(clusterDir)) return undefined
  const { uid, gid } = statSync(clusterDir)
  return uid === 0 ? undefined : { uid, gid }
}

function lookUp(name: string): Ids | undefined {
  const id = (flag: string) => spawnSync('id', [flag, name], { encoding: 'utf8' })
  const [uid, gid] = [id('-u'), id('-g')]
  if (uid.status !== 0 || gid.status !== 0) return undefined
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}

/** Runs as the account, yet may enter folders that are closed to it: PostgreSQL only minds being user 0. */
function passThroughPrefix({ uid, gid }: Ids): readonly string[] | undefined {
  const setpriv = findSetpriv()
  if (setpriv === undefined) return undefined
  const rights = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override']
  return [setpriv, `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', ...rights, '--']
}

function canEnter(launch: PostgresAccount['launch'], folder: string): boolean {
  const { prefix = [], ...ids } = launch
  const [command, ...args] = [...prefix, 'sh', '-c', 'cd "$1"', 'sh', folder]
  return spawnSync(command!, args, { ...ids, cwd: '/' }).status === 0
}
