import { setTimeout as delay } from 'node:timers/promises'
import { type FailedSlice, TryAgainError } from '../errors.ts'
import type { GemClient } from '../gem/client.ts'
import { retryDelay } from './back-off.ts'

/**
 * From when on a slice may make a failed call again in its place: while Gem may be away altogether, a call that fails
 * ends the slice, lest each of them costs four.
 */
export type RetriesFrom =
  /** Gem has answered the slice before. */
  | 'first call'
  | 'first good answer'
  /** A circuit breaker is half-open: it takes a page of the list to close it. */
  | 'first page'

/** A call that has failed in its place. */
export interface FailedCall {
  readonly error: TryAgainError
  /** How often it has failed. */
  readonly failures: number
}

/** Waits, until the signal is aborted. */
export type Pause = (milliseconds: number, signal: AbortSignal) => Promise<void>

const mostRetries = 3

/** A slice's calls that fail are made again where they failed, after a short pause. */
export class CallRetries {
  readonly #until: number
  readonly #pause: Pause
  #from: RetriesFrom
  #answered = false
  #progressed = false

  /** @param until when the last try may begin, by the process's monotonic clock. */
  constructor({
    from,
    until,
    pause = pauseFor,
  }: { from: RetriesFrom; until: number; pause?: Pause | undefined }) {
    this.#from = from
    this.#until = until
    this.#pause = pause
  }

  /** What the slice has come to, should it fail. */
  get slice(): FailedSlice {
    return { answered: this.#answered, progressed: this.#progressed }
  }

  /** What comes next is known to fail: one call is enough to see whether it still does. */
  holdBack(): void {
    this.#from = 'first page'
  }

  /** Told of each page that is read or row that is looked up; `isNews`: it lies beyond where the list failed before. */
  madeProgress({ isNews }: { readonly isNews: boolean }): void {
    this.#from = 'first call'
    this.#answered = true
    this.#progressed ||= isNews
  }

  /** @param call is told of the failure that it is to make good; null: there was none. */
  async run<T>(call: (failed: FailedCall | null) => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let failed: FailedCall | null = null; ; ) {
      try {
        const answer = await call(failed)
        this.#answered = true
        if (this.#from === 'first good answer') this.#from = 'first call'
        return answer
      } catch (error) {
        const failures: number = (failed?.failures ?? 0) + 1
        if (!this.#mayRetry(error) || failures > mostRetries) throw error
        const milliseconds = retryDelay(failures)
        if (performance.now() + milliseconds >= this.#until) throw error
        await this.#pause(milliseconds, signal)
        failed = { error, failures }
      }
    }
  }

  /** A list that leads nowhere is not answered otherwise a second later. */
  #mayRetry(error: unknown): error is TryAgainError {
    return this.#from === 'first call' && error instanceof TryAgainError && error.deadEnd === null
  }
}

const pauseFor: Pause = async (milliseconds, signal) => {
  await delay(milliseconds, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw error
  })
}

/** A client whose single calls are made again where they fail; those for a list's pages are retried by `readPages`. */
export function withRetries(gem: GemClient, retries: CallRetries, signal: AbortSignal): GemClient {
  return {
    fetchPage: (request) =>
      retries.run((failed) => gem.fetchPage({ ...request, freshConnection: failed !== null }), signal),
    fetchItem: (request) =>
      retries.run((failed) => gem.fetchItem({ ...request, freshConnection: failed !== null }), signal),
    fetchPageBody: (request) => gem.fetchPageBody(request),
    close: () => gem.close(),
  }
}
