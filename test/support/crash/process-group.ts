import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive } from '../../../src/embedded/process-identity.ts'

/** Kills a server with all its children at once, as the kernel does when memory runs out, and waits until none is left. */
export async function killWithChildren(pid: number): Promise<void> {
  // The server first: one that is left would clean up after its children.
  const pids = [pid, ...childrenOf(pid)]
  for (const each of pids) process.kill(each, 'SIGKILL')
  while (pids.some(isAlive)) await delay(5)
}

/** Each backend of PostgreSQL is a process group of its own: only the parent tells whose it is. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number)
}

function parentOf(pid: string): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in parentheses and may hold spaces.
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    // It has ended meanwhile.
    return null
  }
}
