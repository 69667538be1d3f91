/**
 * How long to wait after a 429 that does not say: exponential with jitter from 1 s to 30 minutes; a used-up quota is
 * not given back within minutes, so it waits from 15 minutes to 6 hours. At the longest, two lists that are read side by
 * side make fewer than ten calls an hour, although nothing gets through.
 *
 * @param before waits in a row before this one.
 * @returns milliseconds.
 */
export function backOff(reason: 'throttled' | 'quota', before: number, random = Math.random): number {
  const { first, most } = bounds[reason]
  const ceiling = Math.min(most, first * 2 ** before)
  return (ceiling / 2) * (1 + random())
}

/** How long to wait before a failed call is made again in its place: 0.5 s, 1 s, 2 s, with jitter. */
export function retryDelay(failures: number, random = Math.random): number {
  return 250 * 2 ** (failures - 1) * (1 + random())
}

const bounds = {
  throttled: { first: 1_000, most: 30 * 60_000 },
  quota: { first: 15 * 60_000, most: 6 * 3_600_000 },
} as const
