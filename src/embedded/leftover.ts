/** Servers that outlived a killed process of ours: recorded when they start, stopped before the next start. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isSameProcess, startMark } from './process-identity.ts'

/** Remembers a child in a file, for `stopLeftover` of a later process. */
export function recordChild(file: string, pid: number): void {
  writeFileSync(file, JSON.stringify({ pid, mark: startMark(pid) }), { mode: 0o600 })
}

/** The child has ended in order. */
export function forgetChild(file: string): void {
  rmSync(file, { force: true })
}

/**
 * Ends the recorded process if it still runs, and waits until it is gone. The caller holds the data folder's
 * lock, so whoever started it is gone too. Never touches another process that has the same pid by now.
 */
export async function stopLeftover(file: string): Promise<void> {
  const child = readRecord(file)
  // Without a mark nothing tells that process from another with its pid.
  if (child === null || child.mark === '' || !isSameProcess(child.pid, child.mark)) return
  process.kill(child.pid, 'SIGINT')
  while (isSameProcess(child.pid, child.mark)) await delay(20)
}

function readRecord(file: string): { pid: number; mark: string } | null {
  try {
    const { pid, mark } = JSON.parse(readFileSync(file, 'utf8')) as { pid?: unknown; mark?: unknown }
    return typeof pid === 'number' && typeof mark === 'string' ? { pid, mark } : null
  } catch {
    return null
  }
}
