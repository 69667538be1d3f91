import type { AnswerHeaders } from './answer.ts'
import { readHttpDate } from './http-date.ts'

/**
 * When Gem will answer again, by the local clock: `Retry-After` in seconds, or as a date, which counts from the
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
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1000
  const date = readHttpDate(text)
  if (date === null) return null
  const serverNow = readHttpDate(headers.get('date')) ?? now
  return date.getTime() - serverNow.getTime()
}
