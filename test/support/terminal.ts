import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'

/** A program that runs, and what it has written so far. */
export interface RunningProgram extends AsyncDisposable {
  readonly pid: number
  /** Waits until it has written this, after what an earlier call has found; rejects if it ends before. */
  writes(text: RegExp): Promise<string>
  /** Types into its terminal, or writes to its standard input. */
  types(text: string): void
  kill(signal: NodeJS.Signals): void
  readonly exitCode: Promise<number | null>
}

/** Runs a program at a terminal of its own (`script` of util-linux): it sees a terminal, and Ctrl-C is `\x03`. */
export function runAtTerminal(command: string, env: Readonly<Record<string, string>>): RunningProgram {
  // Nothing can be painted on a terminal without a size.
  const sized = `stty cols 160 rows 50; exec ${command}`
  const args = ['--quiet', '--flush', '--return', '--command', sized, '/dev/null']
  return follow(spawn('script', args, { env }))
}

/** Runs a program whose output is a pipe, in a process group of its own: a signal goes to it alone. */
export function runInPipe(command: readonly string[], env: Readonly<Record<string, string>>): RunningProgram {
  const [program = '', ...args] = command
  return follow(spawn(program, args, { env, detached: true }))
}

function follow(child: ChildProcess): RunningProgram {
  let written = ''
  let isOver = false
  const news = new EventTarget()
  const tell = () => news.dispatchEvent(new Event('news'))
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      written += text
      tell()
    })
  }
  const exitCode = once(child, 'close').then(([code]) => {
    isOver = true
    tell()
    return code as number | null
  })
  return {
    async writes(text) {
      for (;;) {
        const found = text.exec(written)
        if (found !== null) {
          written = written.slice(found.index + found[0].length)
          return found[0]
        }
        if (isOver) throw new Error(`it ended without having written ${text}: ${written}`)
        await once(news, 'news')
      }
    },
    types: (text) => void child.stdin?.write(text),
    kill: (signal) => void child.kill(signal),
    pid: child.pid ?? -1,
    exitCode,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exitCode
    },
  }
}
