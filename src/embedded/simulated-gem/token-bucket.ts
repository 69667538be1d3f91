/** A usage plan: so many requests a second, so many at once after a rest. */
export interface Rate {
  perSecond: number
  burst: number
}

/** A token bucket; surplus is refused, not queued. `clock` gives milliseconds that never go back. */
export function createTokenBucket(rate: Rate, clock: () => number): { take(): boolean } {
  let tokens = rate.burst
  let filledAt = clock()
  return {
    take() {
      const now = clock()
      tokens = Math.min(rate.burst, tokens + ((now - filledAt) / 1000) * rate.perSecond)
      filledAt = now
      if (tokens < 1) return false
      tokens--
      return true
    },
  }
}
