import { isUtf8 } from 'node:buffer'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createBrotliDecompress, createGunzip } from 'node:zlib'
import type { AnswerHeaders } from './answer.ts'

/** What `readBody` can undo, as `Accept-Encoding` names it. */
export const ACCEPTED_ENCODINGS = 'gzip, br'

export class BodyTooLargeError extends Error {
  override readonly name = 'BodyTooLargeError'
}

export class UnknownEncodingError extends Error {
  override readonly name = 'UnknownEncodingError'
}

export class NotUtf8Error extends Error {
  override readonly name = 'NotUtf8Error'
}

/**
 * Throws NotUtf8Error for bytes that are no UTF-8: replaced by U+FFFD they would make wrong values, and of ids other
 * records.
 */
export function checkUtf8(body: Buffer): void {
  if (!isUtf8(body)) throw new NotUtf8Error('the body is not valid UTF-8')
}

/**
 * The body, decompressed. More than `maxBytes`, compressed or decompressed, throws BodyTooLargeError while it
 * streams, so that a few kilobytes that unpack to gigabytes cost no memory.
 */
export async function readBody(body: Readable, headers: AnswerHeaders, maxBytes: number): Promise<Buffer> {
  const read = new BoundedBytes(maxBytes)
  const received = new BoundedBytes(maxBytes)
  const decompress = decompressorFor(body, headers.get('content-encoding'))
  if (decompress === null) {
    for await (const chunk of body) read.add(chunk)
  } else {
    await pipeline(
      body,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          received.count(chunk)
          yield chunk
        }
      },
      decompress,
      async (chunks: AsyncIterable<Buffer>) => {
        for await (const chunk of chunks) read.add(chunk)
      },
    )
  }
  return read.concat()
}

function decompressorFor(body: Readable, encoding: string | undefined) {
  switch (encoding?.trim().toLowerCase() ?? 'identity') {
    case '':
    case 'identity':
      return null
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'br':
      return createBrotliDecompress()
    default:
      // A body left unread would hold its connection for ever.
      body.on('error', () => {}).destroy()
      throw new UnknownEncodingError('the body is compressed in a way that was not asked for')
  }
}

class BoundedBytes {
  readonly #max: number
  readonly #chunks: Buffer[] = []
  #bytes = 0

  constructor(max: number) {
    this.#max = max
  }

  count(chunk: Buffer): void {
    this.#bytes += chunk.length
    if (this.#bytes > this.#max) throw new BodyTooLargeError(`the body is larger than ${this.#max} bytes`)
  }

  add(chunk: Buffer): void {
    this.count(chunk)
    this.#chunks.push(chunk)
  }

  concat(): Buffer {
    return Buffer.concat(this.#chunks, this.#bytes)
  }
}
