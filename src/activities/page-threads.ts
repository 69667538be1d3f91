import { availableParallelism } from 'node:os'
import { Piscina } from 'piscina'
import type { Unreadable } from '../gem/parse-body.ts'
import type { PageParcel } from './page-parcel.ts'
import { unpackPage } from './page-parcel.ts'
import type { PageReader, PageToRead } from './read-page.ts'

/**
 * Threads that parse and map pages, so that a page is read while the thread that commits has nothing to do but to commit:
 * PostgreSQL is never kept waiting for a long text or the collector. Their heaps are small, and what they hold is
 * garbage once a page has left them.
 */
export class PageThreads implements AsyncDisposable {
  readonly #pool = new Piscina<PageToRead, PageParcel | Unreadable>({
    filename: new URL('./page-thread.ts', import.meta.url).href,
    minThreads: 1,
    maxThreads: Math.max(1, Math.min(mostThreads, availableParallelism() - 1)),
    idleTimeout: 60_000,
    resourceLimits: { maxYoungGenerationSizeMb: 48 },
  })

  readonly read: PageReader = async (page) => {
    const body = owned(page.body)
    const parcel = await this.#pool.run({ ...page, body }, { transferList: [body.buffer] })
    return unpackPage(parcel, page.mapping)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.close()
  }
}

/** A committing thread keeps no more of them busy. */
const mostThreads = 3

/** Small buffers share their memory with others, which must not change hands. */
function owned(body: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = body
  const isWhole = buffer instanceof ArrayBuffer && body.byteLength === buffer.byteLength
  return isWhole ? new Uint8Array(buffer) : Uint8Array.from(body)
}
