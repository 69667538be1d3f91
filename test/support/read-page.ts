import type { MappedPage } from '../../src/activities/map-page.ts'
import { type PageReader, type PageToRead, readPage } from '../../src/activities/read-page.ts'

/** Reads pages on the thread that asks. */
export const readHere: PageReader = async (page) => readPage(page)

/** What a page becomes that Gem sends as this text. */
export function mapText(text: string, page: Omit<PageToRead, 'body'>): MappedPage {
  const read = readPage({ body: Buffer.from(text), ...page })
  if ('problem' in read) throw new Error(read.problem)
  return read.mapped
}
