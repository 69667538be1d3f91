import { hostname } from 'node:os'
import { type RunningWorker, startWorker } from '../worker-process.ts'

/** Worker processes, each started again when it ends, as the embedded stack and every supervisor does. */
export class Fleet implements AsyncDisposable {
  readonly #env: Readonly<Record<string, string>>
  readonly #say: (line: string) => void
  #workers: RunningWorker[]
  readonly #killed = new Set<number>()
  #isStopping = false

  /** @param env of each worker; see startWorker */
  constructor(count: number, env: Readonly<Record<string, string>>, say: (line: string) => void) {
    this.#env = env
    this.#say = say
    this.#workers = Array.from({ length: count }, () => this.#startOne())
  }

  get workers(): readonly RunningWorker[] {
    return this.#workers
  }

  /** Kills a worker, and starts another one in its place. */
  async kill(worker: RunningWorker): Promise<void> {
    this.#killed.add(worker.pid)
    worker.kill('SIGKILL')
    await worker.ended
  }

  #startOne(): RunningWorker {
    const worker = startWorker(this.#env)
    worker.ended.then(({ code, stderr }) => {
      if (this.#isStopping) return
      if (!this.#killed.has(worker.pid)) this.#say(`a worker ended by itself (exit code ${code}): ${stderr}`)
      this.#workers = [...this.#workers.filter((other) => other !== worker), this.#startOne()]
    })
    return worker
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true
    for (const worker of this.#workers) worker.kill('SIGKILL')
    await Promise.all(this.#workers.map(({ ended }) => ended))
  }
}

/** As Temporal names it where it tells who works on an activity. */
export const identityOf = ({ pid }: RunningWorker) => `${pid}@${hostname()}`
