import { fingerprintOf } from '../gem/list-reading.ts'
import { parsePage, type Unreadable } from '../gem/parse-body.ts'
import { models } from '../mappers/registry.ts'
import { type StreamName, streams } from '../streams.ts'
import { type MappedPage, type MappingOf, mapPage } from './map-page.ts'

/** A page as Gem sent it, and what decides what becomes of it: plain data, fit for another thread. */
export interface PageToRead {
  /** UTF-8. */
  readonly body: Uint8Array
  readonly stream: StreamName
  readonly mapping: MappingOf
}

export interface ReadPage {
  readonly mapped: MappedPage
  /** Of its records. */
  readonly count: number
  /** Of its records, see `fingerprintOf`. */
  readonly fingerprint: string
  /** Whether its strings may hold what PostgreSQL refuses. */
  readonly needsSanitising: boolean
  /** Gives the memory of its texts back at once, not when the collector comes by: nothing of it can be written any more. */
  readonly release: () => void
}

/** Parses a page and maps its records. It holds no clock and does no I/O. */
export function readPage({ body, stream, mapping }: PageToRead): ReadPage | Unreadable {
  const { embeds } = models[streams[stream].model]
  const parsed = parsePage(Buffer.from(body.buffer, body.byteOffset, body.length), embeds)
  if ('problem' in parsed) return parsed
  const { value: records, texts, needsSanitising } = parsed
  return {
    mapped: mapPage(stream, { records, texts, needsSanitising }, mapping),
    count: records.length,
    fingerprint: fingerprintOf(records),
    needsSanitising,
    // Rows that have not travelled share their memory with others.
    release() {},
  }
}

/** Reads pages, wherever that is done. The body is the reader's from then on. */
export type PageReader = (page: PageToRead) => Promise<ReadPage | Unreadable>
