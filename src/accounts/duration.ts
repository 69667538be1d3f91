import ms, { type StringValue } from 'ms'
import { z } from 'zod'

// A bare number is refused: whether 90 means seconds or milliseconds is anyone's guess.
const DURATION = /^\d+(\.\d+)? ?(ms|s|m|h|d|w|secs?|seconds?|mins?|minutes?|hrs?|hours?|days?|weeks?)$/i

/** Milliseconds of a text such as `90s`, `10m`, `3h`; NaN if it is none. */
export function durationMs(text: string): number {
  return DURATION.test(text) ? ms(text as StringValue) : Number.NaN
}

/** A duration as people write it, kept as that text. Both bounds are included. */
export function duration(from: string, to: string) {
  return z.string().refine((text) => {
    const milliseconds = durationMs(text)
    return milliseconds >= durationMs(from) && milliseconds <= durationMs(to)
  })
}
