/** Runs on a thread of its own, see page-threads.ts. */
import { move, transferableSymbol, valueSymbol } from 'piscina'
import type { Unreadable } from '../gem/parse-body.ts'
import { type PageParcel, packPage } from './page-parcel.ts'
import { type PageToRead, readPage } from './read-page.ts'

export default function readAndPack(page: PageToRead): Handed | Unreadable {
  const read = readPage(page)
  return 'problem' in read ? read : handOver(packPage(read))
}

/** What the other thread gets as a `PageParcel`. */
type Handed = ReturnType<typeof move>

/** The memory of the texts changes hands. */
function handOver(parcel: PageParcel): Handed {
  return move({ [valueSymbol]: parcel, [transferableSymbol]: [parcel.texts.buffer] })
}
