import { parseExactJson } from '../gem/exact-json.ts'
import { copyText, type PartialText } from '../gem/record-text.ts'
import type { JsonObject } from '../json.ts'
import type { Column } from '../mappers/columns.ts'
import type { Model } from '../mappers/model.ts'
import { mostBytes } from '../utf8.ts'

/**
 * The values that a record decides, but for references, from `start` to `end`: in the order of `packedColumns`, each behind
 * its length and as `sentAs` says. All rows of a page share one piece of memory.
 */
export interface PackedValues {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

/** What travels with a row, in this order. */
export interface PackedColumn {
  readonly name: string
  readonly type: Column['postgres']
}

/** Values by column, `remote_data` among them. */
export type RowValues = JsonObject & { readonly remote_data: JsonObject }

export function packedColumns(model: Model): readonly PackedColumn[] {
  const columns = known.get(model) ?? columnsOf(model)
  known.set(model, columns)
  return columns
}

const known = new Map<Model, readonly PackedColumn[]>()

const columnsOf = ({ columns }: Model): readonly PackedColumn[] => [
  { name: 'remote_id', type: 'text' },
  ...Object.entries(columns).map(([name, { postgres }]) => ({ name, type: postgres })),
  // Gem's mark of deletion.
  { name: 'deleted', type: 'boolean' },
  { name: 'deleted_at', type: 'timestamptz' },
  // A copy embedded in a candidate need not repeat whose it is.
  { name: 'implied_key', type: 'text' },
  { name: 'remote_data', type: 'jsonb' },
]

/** @param remoteData its JSON, in place of what is among the values. */
export function packValues(
  model: Model,
  values: JsonObject,
  remoteData?: string | PartialText,
): PackedValues {
  const writer = new Writer()
  for (const { name, type } of packedColumns(model)) {
    if (name === 'remote_data' && remoteData !== undefined) writer.json(remoteData)
    else writer.value(type, values[name])
  }
  return writer.end()
}

/** Numbers that a double cannot hold keep their digits. */
export function unpackValues(model: Model, { bytes, start }: PackedValues): RowValues {
  let at = start
  const values = packedColumns(model).map(({ name, type }) => {
    const from = at + lengthBytes
    const length = bytes.readInt32BE(at)
    at = from + Math.max(0, length)
    return [name, length < 0 ? null : readValue(type, bytes, from, at)]
  })
  return Object.fromEntries(values) as RowValues
}

/** By which type values are sent. PostgreSQL reads times and numbers from their text, and refuses what they cannot hold. */
export const sentAs = {
  text: 'text',
  timestamptz: 'text',
  integer: 'text',
  boolean: 'boolean',
  jsonb: 'jsonb',
} as const satisfies Record<PackedColumn['type'], string>

/** Before each value is its length. */
export const lengthBytes = 4
export const nullLength = -1

function readValue(type: PackedColumn['type'], bytes: Buffer, start: number, end: number): unknown {
  switch (type) {
    case 'text':
    case 'timestamptz':
      return bytes.toString('utf8', start, end)
    case 'boolean':
      return bytes[start] === 1
    case 'integer':
      return parseExactJson(bytes.toString('utf8', start, end))
    case 'jsonb':
      return parseExactJson(bytes.toString('utf8', start + 1, end))
  }
}

const jsonbVersion = 1

/** Each row is written over the one before; only a long one takes memory of its own. */
const scratch = Buffer.alloc(64 * 1024)

class Writer {
  #bytes: Buffer = scratch
  #at = 0

  value(type: PackedColumn['type'], value: unknown): void {
    if (value === null || value === undefined) this.#null()
    else if (type === 'jsonb') this.json(JSON.stringify(value))
    else if (type === 'integer') this.#text(JSON.stringify(value))
    else if (type === 'boolean') this.#boolean(value === true)
    else this.#text(value as string)
  }

  json(json: string | PartialText): void {
    this.#makeRoom(lengthBytes + 1 + (typeof json === 'string' ? mostBytes(json) : json.end - json.start))
    const start = this.#at + lengthBytes
    let end = this.#bytes.writeUInt8(jsonbVersion, start)
    end += typeof json === 'string' ? this.#bytes.write(json, end) : copyText(json, this.#bytes, end)
    this.#endAt(end, start)
  }

  /** What was written, in memory of its own. */
  end(): PackedValues {
    const bytes = Buffer.from(this.#bytes.subarray(0, this.#at))
    return { bytes, start: 0, end: bytes.length }
  }

  #null(): void {
    this.#makeRoom(lengthBytes)
    this.#at = this.#bytes.writeInt32BE(nullLength, this.#at)
  }

  #text(text: string): void {
    this.#makeRoom(lengthBytes + mostBytes(text))
    const start = this.#at + lengthBytes
    this.#endAt(start + this.#bytes.write(text, start), start)
  }

  #boolean(value: boolean): void {
    this.#makeRoom(lengthBytes + 1)
    const start = this.#at + lengthBytes
    this.#endAt(this.#bytes.writeUInt8(value ? 1 : 0, start), start)
  }

  #endAt(end: number, start: number): void {
    this.#bytes.writeInt32BE(end - start, start - lengthBytes)
    this.#at = end
  }

  #makeRoom(length: number): void {
    const needed = this.#at + length
    if (needed <= this.#bytes.length) return
    this.#bytes = Buffer.concat([this.#bytes.subarray(0, this.#at)], 2 * needed)
  }
}
