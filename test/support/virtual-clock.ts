/** The time-skipping server's time, for what lives beside it and cannot wait for an answer: the simulated Gem. */
export class VirtualClock {
  #aheadMs = 0

  /** Late by what the latest news of the server's time needed to get here; it never goes back. */
  readonly now = (): Date => new Date(Date.now() + this.#aheadMs)

  /**
   * Takes note of what time it is on the server, in milliseconds since the epoch.
   *
   * @returns by how many milliseconds the clock has jumped.
   */
  tell(time: number): number {
    const jump = Math.max(0, time - Date.now() - this.#aheadMs)
    this.#aheadMs += jump
    return jump
  }
}
