/** A lock file that names its holder, so that a lock whose holder died is taken over and not in anybody's way. */
import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { isSameProcess, startMark } from './process-identity.ts'

export interface PidLock {
  release(): void
}

export interface LockHolder {
  readonly pid: number
  readonly mark: string
}

/** Takes the lock, or returns the living process that has it. */
export function takeLock(path: string): PidLock | LockHolder {
  const own = JSON.stringify({ pid: process.pid, mark: startMark(process.pid) })
  // Linked into place complete: nobody ever reads a lock that is only half written.
  const draft = `${path}.${process.pid}`
  writeFileSync(draft, own, { mode: 0o600 })
  try {
    for (;;) {
      if (linkUnlessPresent(draft, path)) return { release: () => releaseLock(path, own) }
      const content = readLock(path)
      if (content === null) continue
      const holder = parseHolder(content)
      if (holder !== null && isSameProcess(holder.pid, holder.mark)) return holder
      removeStale(path, content)
    }
  } finally {
    rmSync(draft, { force: true })
  }
}

/** The living process that has the lock; null if it is free. */
export function lockHolder(path: string): LockHolder | null {
  const content = readLock(path)
  const holder = content === null ? null : parseHolder(content)
  return holder !== null && isSameProcess(holder.pid, holder.mark) ? holder : null
}

export function isTaken(result: PidLock | LockHolder): result is LockHolder {
  return 'pid' in result
}

function linkUnlessPresent(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function readLock(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

function parseHolder(content: string): LockHolder | null {
  try {
    const { pid, mark } = JSON.parse(content) as { pid?: unknown; mark?: unknown }
    return typeof pid === 'number' && typeof mark === 'string' ? { pid, mark } : null
  } catch {
    return null
  }
}

/** Two processes may find the same stale lock: the one that is late must not remove the other's fresh one. */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.stale.${process.pid}`
  try {
    renameSync(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  if (readLock(aside) !== stale) linkUnlessPresent(aside, path)
  rmSync(aside, { force: true })
}

function releaseLock(path: string, own: string): void {
  if (readLock(path) === own) rmSync(path, { force: true })
}
