/** Runs on a thread of its own, see page-threads.ts. */
import { move, transferableSymbol, valueSymbol } from 'piscina'
import type { Unreadable } from '../gem/parse-body.ts'
import { type PageParcel, packPage } from './page-parcel.ts'
import { type PageToRead, readPage } from './read-page.ts'

export default function readAndPack(page: PageToRead): PageParcel | Unreadable {
  const read = readPage(page)
  return 'problem' in read ? read : handedOver(packPage(read))
}

/** What the other thread gets: the parcel, whose texts change hands. */
function handedOver(parcel: PageParcel): PageParcel {
  const handing = { [valueSymbol]: parcel, [transferableSymbol]: [parcel.texts.buffer] }
  return move(handing) as unknown as PageParcel
}
