/** A time limit was reached: what was waited for goes on, and what becomes of it no longer counts. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError'
}

/** @throws TimeLimitError after so many milliseconds; else whatever the promise rejects with. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const { promise: expired, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new TimeLimitError(`no answer within ${ms / 1000} s`)), ms)
  try {
    return await Promise.race([promise, expired])
  } finally {
    clearTimeout(timer)
  }
}
