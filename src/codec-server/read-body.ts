import type { IncomingMessage } from 'node:http'

/** The Web UI asks for all payloads of a page at once; Temporal's own messages hold 4 MB. */
const mostBytes = 32 * 2 ** 20

/** @returns null if it is larger than 32 MiB; no more than that is kept. */
export async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > mostBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
