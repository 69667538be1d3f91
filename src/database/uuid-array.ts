/**
 * A parameter of the type `uuid[]`, in PostgreSQL's binary form: its server reads texts of thousands of ids a page
 * several times as slowly, and the driver would write and look for quotes in each of them.
 *
 * @param ids UUIDs as text, or null; dashes may be left out.
 */
export function uuids(ids: readonly (string | null)[]): Buffer {
  const array = Buffer.allocUnsafe(ids.length === 0 ? emptyLength : headLength + ids.length * elementLength)
  array.writeInt32BE(ids.length === 0 ? 0 : 1, 0) // dimensions
  array.writeInt32BE(0, 4) // flags, which PostgreSQL does not need
  array.writeInt32BE(uuidType, 8)
  if (ids.length === 0) return array
  array.writeInt32BE(ids.length, 12)
  array.writeInt32BE(1, 16) // the first index
  let at = headLength
  for (const id of ids) {
    at = array.writeInt32BE(id === null ? -1 : uuidLength, at)
    if (id === null) continue
    writeUuid(array, at, id)
    at += uuidLength
  }
  return array.subarray(0, at)
}

const uuidType = 2950
const uuidLength = 16
const emptyLength = 12
const headLength = 20
const elementLength = 4 + uuidLength

function writeUuid(target: Buffer, start: number, id: string): void {
  let at = start
  for (let digit = 0; digit < id.length; digit += 2) {
    if (id.charCodeAt(digit) === dash) digit++
    target[at++] = (digitOf(id.charCodeAt(digit)) << 4) | digitOf(id.charCodeAt(digit + 1))
  }
  if (at !== start + uuidLength) throw new RangeError('not a UUID')
}

const dash = 0x2d

/** Of a hexadecimal digit. */
const digitOf = (character: number) => (character < 0x3a ? character - 0x30 : (character | 0x20) - 0x57)
