/** Hands out the permission to make one call to Gem. */
export interface Limiter {
  /** Resolves when a call may be made; rejects with the signal's reason when that is aborted before. */
  acquire(signal?: AbortSignal): Promise<void>
}

export const unlimited: Limiter = {
  async acquire(signal) {
    signal?.throwIfAborted()
  },
}
