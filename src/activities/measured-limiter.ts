import type { Limiter } from '../gem/limiter.ts'
import type { Meter } from './meter.ts'

/** A limiter that tells how long each call waits for it. */
export function measuredLimiter(limiter: Limiter, meter: Meter): Limiter {
  return {
    async acquire(signal) {
      const start = performance.now()
      try {
        return await limiter.acquire(signal)
      } finally {
        meter.waitedForSlot((performance.now() - start) / 1000)
      }
    },
  }
}
