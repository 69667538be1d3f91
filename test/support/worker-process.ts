import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const SCRIPT = fileURLToPath(new URL('../../src/worker.ts', import.meta.url))

export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly [field: string]: unknown
}

export interface RunningWorker extends AsyncDisposable {
  readonly pid: number
  /** All that it has written to standard output so far. */
  output(): string
  /** The first line with this text, from the beginning; rejects if the worker ends before it. */
  line(text: string): Promise<LogLine>
  /** All lines so far with this text; the empty text is in each. */
  lines(text: string): readonly LogLine[]
  /** The first line that has this text anywhere, in the stack of an error for instance. */
  mentions(text: string): Promise<LogLine>
  /** Where health and metrics are served. */
  url(): Promise<string>
  kill(signal: NodeJS.Signals): void
  readonly ended: Promise<{ readonly code: number | null; readonly stderr: string }>
}

/** The real worker as a process of its own. Its environment holds what is given, and nothing of this process's own. */
export function startWorker(env: Readonly<Record<string, string>>): RunningWorker {
  const child = spawn(process.execPath, [SCRIPT], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...{ PATH: process.env.PATH ?? '', HOME: '/nonexistent', GEM_ATS_SYNC_DATA_DIR: '/nonexistent/data' },
      ...{ GEM_ATS_SYNC_LOG_PRETTY: 'false', ...env },
    },
  })
  const lines: LogLine[] = []
  const output: string[] = []
  const news = new EventTarget()
  createInterface({ input: child.stdout }).on('line', (text) => {
    output.push(text)
    lines.push(JSON.parse(text) as LogLine)
    news.dispatchEvent(new Event('news'))
  })
  const ended = endOf(child)
  let isOver = false
  ended.then(() => {
    isOver = true
    news.dispatchEvent(new Event('news'))
  })
  const firstWith = async (text: string, textOf: (line: LogLine) => string): Promise<LogLine> => {
    for (;;) {
      const found = lines.find((line) => textOf(line).includes(text))
      if (found !== undefined) return found
      if (isOver) throw new Error(`the worker ended before it said "${text}": ${(await ended).stderr}`)
      await once(news, 'news')
    }
  }
  const line = (text: string) => firstWith(text, ({ msg }) => msg)
  return {
    pid: child.pid ?? -1,
    output: () => output.join('\n'),
    line,
    lines: (text) => lines.filter(({ msg }) => msg.includes(text)),
    mentions: (text) => firstWith(text, JSON.stringify),
    url: async () => String((await line('health and metrics are served')).url),
    kill: (signal) => child.kill(signal),
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function endOf(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = ''
  child.stderr?.on('data', (data) => {
    stderr += data
  })
  const [code] = await once(child, 'close')
  return { code: code as number | null, stderr }
}
