import type { Readable } from 'node:stream'
import type { AnswerHeaders } from './answer.ts'
import { readBody } from './read-body.ts'

const MAX_ERROR_BYTES = 64 * 1024

/**
 * The body of an answer that is an error already. Its status says what to do, so a body that is too large, broken
 * or cut is as good as none: it must not turn a refused key into a fault of the network.
 */
export async function readErrorText(body: Readable, headers: AnswerHeaders): Promise<Buffer> {
  try {
    return await readBody(body, headers, MAX_ERROR_BYTES)
  } catch {
    return Buffer.alloc(0)
  }
}
