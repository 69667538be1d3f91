/** A script of the benchmark as a process of its own, so that its CPU and memory can be told from the others'. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface Child extends AsyncDisposable {
  readonly pid: number
  /** The next line of its standard output, as JSON. @throws if it ends instead */
  next<T>(): Promise<T>
  /** Lets it go on: a line to its standard input. */
  tell(line: string): void
}

/** @param script path from this folder */
export function startChild(script: string, args: readonly string[], flags: readonly string[] = []): Child {
  const path = fileURLToPath(new URL(script, import.meta.url))
  return wrap(
    spawn(process.execPath, [...flags, path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] }),
    script,
  )
}

export function wrap(child: ChildProcess, name: string): Child {
  const { pid, stdin, stdout } = child
  if (pid === undefined || !stdin || !stdout) throw new Error(`${name} could not be started`)
  const lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  return {
    pid,
    async next<T>() {
      const { value, done } = await lines.next()
      if (done) throw new Error(`${name} has ended`)
      return JSON.parse(value) as T
    },
    tell: (line) => void stdin.write(`${line}\n`),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
