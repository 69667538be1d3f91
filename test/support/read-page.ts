import { type PageReader, readPage } from '../../src/activities/read-page.ts'

/** Reads pages on the thread that asks. */
export const readHere: PageReader = async (page) => readPage(page)
