/** Which process a pid stands for: a pid alone is reused, after a reboot and above all in containers. */
import { readFileSync } from 'node:fs'

/** True if a process with this pid exists, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * What tells this process from a later one with the same pid: when it started, within which boot.
 * Empty where the system does not say (not Linux): then the pid alone must do.
 */
export function startMark(pid: number): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the command in parentheses and may hold spaces; the start time is the 22nd.
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return `${boot}/${startTime}`
  } catch {
    return ''
  }
}

/** True if the process that was recorded with `mark` still runs. */
export function isSameProcess(pid: number, mark: string): boolean {
  return isAlive(pid) && (mark === '' || startMark(pid) === mark)
}
