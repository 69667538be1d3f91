import { killWithChildren } from './process-group.ts'

/** What a server is once it serves. */
export interface Serving {
  readonly pid: number
  stop(): Promise<void>
}

/** A server that can be killed and started again on the same port and the same data. */
export interface Killable<T extends Serving = Serving> extends AsyncDisposable {
  readonly serving: T
  kill(): Promise<void>
  /** Resolves when it serves again. */
  restart(): Promise<void>
}

/** @param start is told what served before: the same port is to be taken again */
export async function startKillable<T extends Serving>(
  start: (before: T | null) => Promise<T>,
): Promise<Killable<T>> {
  let serving = await start(null)
  return {
    get serving() {
      return serving
    },
    kill: () => killWithChildren(serving.pid),
    async restart() {
      serving = await start(serving)
    },
    [Symbol.asyncDispose]: () => serving.stop(),
  }
}
