import type { WaitError } from '../errors.ts'

/** Leave to make one call to Gem. */
export interface Permit {
  /** Is told at once that Gem has refused this call and asks for a pause. */
  refused(refusal: WaitError): Promise<void>
}

/** Hands out the permission to make one call to Gem. */
export interface Limiter {
  /** Resolves when a call may be made; rejects with the signal's reason when that is aborted before. */
  acquire(signal?: AbortSignal): Promise<Permit>
}

export const unlimited: Limiter = {
  async acquire(signal) {
    signal?.throwIfAborted()
    return { async refused() {} }
  },
}
