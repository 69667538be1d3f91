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
  const places = placesIn[id.length]
  if (places === undefined) throw new RangeError('not a UUID')
  let seen = 0
  for (let byte = 0; byte < uuidLength; byte++) {
    const place = places[byte] as number
    const high = digits[id.charCodeAt(place)] ?? notADigit
    const low = digits[id.charCodeAt(place + 1)] ?? notADigit
    target[start + byte] = (high << 4) | low
    seen |= high | low
  }
  if (seen >= notADigit) throw new RangeError('not a UUID')
}

/** Where the digits of each byte begin, by the length of the text: with dashes and without. */
const placesIn: Readonly<Record<number, readonly number[]>> = {
  36: [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34],
  32: Array.from({ length: uuidLength }, (_, byte) => 2 * byte),
}

const notADigit = 0x10
/** Hexadecimal digits by their character: looked up, since a page has some ten thousand ids, most of which are sent several times. */
const digits = new Uint8Array(0x80).fill(notADigit)
for (let digit = 0; digit < 16; digit++) {
  const character = digit.toString(16)
  digits[character.charCodeAt(0)] = digit
  digits[character.toUpperCase().charCodeAt(0)] = digit
}
