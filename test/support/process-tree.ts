import { readdirSync, readFileSync } from 'node:fs'
import { isSameProcess, startMark } from '../../src/embedded/process-identity.ts'

/** A process that was seen, so that a later one with its pid is not taken for it. */
export interface SeenProcess {
  readonly pid: number
  readonly mark: string
  /** What it runs, for messages. */
  readonly command: string
}

/** All that a process has started, and what those have started. */
export function descendantsOf(pid: number): readonly SeenProcess[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(name)
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const below = (of: number): number[] =>
    (children.get(of) ?? []).flatMap((child) => [child, ...below(child)])
  return below(pid).map((child) => ({ pid: child, mark: startMark(child), command: commandOf(child) }))
}

/** All processes whose command names a text: those of a data folder. */
export function processesNaming(text: string): readonly string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .map((entry) => commandOf(Number(entry)))
    .filter((command) => command.includes(text))
}

/** Those that still run. */
export function stillRunning(processes: readonly SeenProcess[]): readonly SeenProcess[] {
  return processes.filter(({ pid, mark }) => mark !== '' && isSameProcess(pid, mark) && !isZombie(pid))
}

/** Null: it has ended meanwhile. */
function parentOf(pid: string): number | null {
  const [, parent] = statOf(pid)
  return parent === undefined ? null : Number(parent)
}

function isZombie(pid: number): boolean {
  return statOf(String(pid))[0] === 'Z'
}

/** State, parent and more; the command before them may hold spaces. */
function statOf(pid: string): readonly string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}
