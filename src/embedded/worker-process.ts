/** The worker as a child process of the embedded stack: started again when it dies, until it is stopped. */
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { networkVariables } from './environment.ts'
import { type ServerProcess, startServerProcess } from './server-process.ts'
import type { Progress } from './tool-cache.ts'

/**
 * Pages outlive the young generation while they wait for their commit. By default the old one may then grow to several
 * times of what is alive before it is swept, which takes memory and saves no time (see package.json, Dockerfile).
 */
export const workerFlags = ['--max-semi-space-size=16', '--heap-growing-percent=60']
/**
 * The bodies and texts of pages come and go by the megabyte, on several threads. glibc would keep what each of them has
 * freed for itself, a quarter of the worker's memory; other systems do not know the variable.
 */
export const workerEnvironment = { MALLOC_ARENA_MAX: '1' }
const SCRIPT = fileURLToPath(new URL('../worker.ts', import.meta.url))
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000
/** A worker that ran this long was well: the next pause is short again. */
const WELL_AFTER_MS = 60_000
/** More than the worker's own grace time for activities in flight. */
const STOP_WITHIN_MS = 45_000

export interface WorkerOptions {
  /** Asked for anew each time: what was free when the worker last started may be taken by now. */
  readonly variables: () => Promise<Readonly<Record<string, string>>>
  /** Whether another program listens on the port that these variables name. */
  readonly hasLostPort: () => Promise<boolean>
  /** Undefined: to this process's output. */
  readonly logFile: string | undefined
  readonly say: Progress
}

export interface WorkerProcess {
  /** Resolves with how the worker's first process ended that had its port. */
  readonly firstEnded: Promise<string>
  stop(): Promise<void>
}

export async function startWorkerProcess(options: WorkerOptions): Promise<WorkerProcess> {
  const stopping = new AbortController()
  let current = await spawnWorker(options)
  const { promise: firstEnded, resolve: endFirst } = Promise.withResolvers<string>()
  const watching = keepAlive()

  async function keepAlive(): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      const startedAt = Date.now()
      const end = await current.ended
      if (stopping.signal.aborted) return
      // Between choosing a free port and listening on it, another program took it: the next one is another port.
      if (!(await options.hasLostPort())) {
        endFirst(end)
        if (Date.now() - startedAt > WELL_AFTER_MS) pauseMs = FIRST_PAUSE_MS
        options.say(
          `the worker ended (${end}); it is started again in ${pauseMs / 1000} s${logHint(options)}`,
        )
        await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => {})
      }
      if (stopping.signal.aborted) return
      const next = await spawnWorker(options)
      current = next
      if (stopping.signal.aborted) return next.stop('SIGTERM', STOP_WITHIN_MS)
    }
  }

  return {
    firstEnded,
    async stop() {
      stopping.abort()
      await current.stop('SIGTERM', STOP_WITHIN_MS)
      await watching
    },
  }
}

async function spawnWorker({ variables, logFile }: WorkerOptions): Promise<ServerProcess> {
  return startServerProcess({
    command: process.execPath,
    args: [...workerFlags, SCRIPT],
    env: { ...networkVariables(), ...workerEnvironment, ...(await variables()) },
    logFile,
    orphanSignal: 'TERM',
  })
}

function logHint({ logFile }: WorkerOptions): string {
  return logFile === undefined ? '' : `; its log: ${logFile}`
}
