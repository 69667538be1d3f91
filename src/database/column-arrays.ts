import type { Model } from '../mappers/model.ts'
import { lengthBytes, nullLength, type PackedValues, packedColumns, sentAs } from './packed-values.ts'

/** A column's values of several rows: a parameter of an array's type, in PostgreSQL's binary form. */
export interface ColumnArray {
  readonly name: string
  /** Type of its elements in the table, and as they are sent. */
  readonly type: string
  readonly sentAs: string
  readonly array: Buffer
}

/** `memory` holds all of them, and nothing else: see `giveBack`. */
export interface ColumnArrays {
  readonly columns: readonly ColumnArray[]
  readonly memory: Buffer<ArrayBuffer>
}

/**
 * What the rows' records decide, column by column. JSON of the same rows takes PostgreSQL nearly twice as long to parse and
 * to divide into rows and columns; here their values are only copied from where they lie.
 */
export function columnArrays(model: Model, rows: readonly PackedValues[]): ColumnArrays {
  const columns = packedColumns(model)
  let length = 0
  const starts = lengthsOf(rows, columns.length).map((ofColumn) => {
    const start = length
    length += ofColumn
    return start
  })
  const memory = Buffer.allocUnsafeSlow(length)
  const ends = Uint32Array.from(columns, ({ type }, index) =>
    writeHead(memory, starts[index] as number, oids[sentAs[type]], rows.length),
  )
  for (const { bytes, start } of rows) {
    let at = start
    for (let index = 0; index < ends.length; index++) {
      const next = endOfElement(bytes, at)
      ends[index] = copy(bytes, at, next, memory, ends[index] as number)
      at = next
    }
  }
  return {
    columns: columns.map(({ name, type }, index) => ({
      ...{ name, type, sentAs: sentAs[type] },
      array: memory.subarray(starts[index], ends[index]),
    })),
    memory,
  }
}

/** Of text, or null. */
export function textArray(values: readonly (string | null)[]): Buffer {
  const length = values.reduce((sum, value) => sum + lengthBytes + Buffer.byteLength(value ?? ''), headLength)
  const array = Buffer.allocUnsafe(length)
  let at = writeHead(array, 0, oids.text, values.length)
  for (const value of values) {
    const end = at + lengthBytes + (value === null ? 0 : array.write(value, at + lengthBytes))
    array.writeInt32BE(value === null ? nullLength : end - at - lengthBytes, at)
    at = end
  }
  return array
}

/** PostgreSQL's numbers of the types. */
const oids = { text: 25, boolean: 16, jsonb: 3802 }

const headLength = 20

/** Of an array that is not empty. @returns where its elements begin */
function writeHead(target: Buffer, start: number, oid: number, count: number): number {
  let at = target.writeInt32BE(1, start) // dimensions
  at = target.writeInt32BE(0, at) // flags, which PostgreSQL does not need
  at = target.writeInt32BE(oid, at)
  at = target.writeInt32BE(count, at)
  return target.writeInt32BE(1, at) // the first index
}

/** Of each column's array. */
function lengthsOf(rows: readonly PackedValues[], count: number): number[] {
  const lengths = new Array<number>(count).fill(headLength)
  for (const { bytes, start } of rows) {
    let at = start
    for (let index = 0; index < count; index++) {
      const next = endOfElement(bytes, at)
      lengths[index] = (lengths[index] as number) + next - at
      at = next
    }
  }
  return lengths
}

const endOfElement = (bytes: Buffer, start: number) =>
  start + lengthBytes + Math.max(0, bytes.readInt32BE(start))

/** @returns where the copy ends */
function copy(source: Buffer, start: number, end: number, target: Buffer, targetStart: number): number {
  if (end - start > shortLength) return targetStart + source.copy(target, targetStart, start, end)
  let to = targetStart
  for (let from = start; from < end; from++) target[to++] = source[from] as number
  return to
}

/** Up to here a copy byte by byte is done before the call of a copying function is. */
const shortLength = 48
