/** Bounds one request as a whole, and passes the caller's abort on. To be disposed of when the request ends. */
export class Deadline {
  readonly #controller = new AbortController()
  readonly #caller: AbortSignal | undefined
  readonly #timer: NodeJS.Timeout
  readonly #abort = () => this.#controller.abort(this.#caller?.reason)
  #expired = false

  constructor(milliseconds: number, caller: AbortSignal | undefined) {
    this.#caller = caller
    this.#timer = setTimeout(() => {
      this.#expired = true
      this.#controller.abort()
    }, milliseconds)
    // Not AbortSignal.any: it would stay attached to a caller's signal that outlives thousands of requests.
    caller?.addEventListener('abort', this.#abort, { once: true })
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  get expired(): boolean {
    return this.#expired
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer)
    this.#caller?.removeEventListener('abort', this.#abort)
  }
}
