/**
 * How long to wait after a 429 that does not say: exponential with full jitter from 1 s to 5 minutes; a used-up
 * quota is not given back within minutes, so it waits from 15 minutes to 6 hours.
 *
 * @param before waits in a row before this one.
 * @returns milliseconds.
 */
export function backOff(reason: 'throttled' | 'quota', before: number, random = Math.random): number {
  const { first, most } = bounds[reason]
  const ceiling = Math.min(most, first * 2 ** before)
  return first / 2 + random() * (ceiling - first / 2)
}

const bounds = {
  throttled: { first: 1_000, most: 5 * 60_000 },
  quota: { first: 15 * 60_000, most: 6 * 3_600_000 },
} as const
