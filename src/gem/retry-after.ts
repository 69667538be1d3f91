import type { AnswerHeaders } from './answer.ts'
import { readHttpDate } from './http-date.ts'

/** Nobody waits for thirty years: from here on a number is a time, in seconds or milliseconds since 1970. */
const FIRST_EPOCH_SECOND = 1e9
const FIRST_EPOCH_MILLISECOND = 1e12

/**
 * When Gem will answer again, by the local clock: `Retry-After` in seconds, or as a time, which counts from the
 * server's own `Date`. Null when it does not say, says nonsense, or names no time in the future: then the
 * caller's own back-off applies, so that `Retry-After: 0` is never a hot loop.
 */
export function readRetryAfter(headers: AnswerHeaders, now: Date): Date | null {
  const delay = readDelay(headers, now)
  if (delay === null || delay <= 0) return null
  const until = new Date(now.getTime() + delay)
  return Number.isNaN(until.getTime()) ? null : until
}

function readDelay(headers: AnswerHeaders, now: Date): number | null {
  const text = headers.get('retry-after')?.trim()
  if (text === undefined) return null
  const number = /^\d+(\.\d+)?$/.test(text) ? Number(text) : null
  if (number !== null && number < FIRST_EPOCH_SECOND) return number * 1000
  const date = number === null ? (readHttpDate(text) ?? readIsoTime(text)) : epochTime(number)
  if (date === null) return null
  const serverNow = readHttpDate(headers.get('date')) ?? now
  return date.getTime() - serverNow.getTime()
}

const epochTime = (number: number) => new Date(number < FIRST_EPOCH_MILLISECOND ? number * 1000 : number)

function readIsoTime(text: string): Date | null {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text)
  const date = isTime ? new Date(text) : null
  return date === null || Number.isNaN(date.getTime()) ? null : date
}
