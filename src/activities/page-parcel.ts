import type { Batch } from '../database/batch.ts'
import type { ReadRow, Row } from '../database/rows.ts'
import { parseExactJson } from '../gem/exact-json.ts'
import type { Unreadable } from '../gem/parse-body.ts'
import { giveBack } from '../give-back.ts'
import type { RejectedRecord } from '../mappers/read-record.ts'
import { models } from '../mappers/registry.ts'
import type { MainTable } from '../streams.ts'
import { type MappingOf, mapperOf } from './map-page.ts'
import type { ReadPage } from './read-page.ts'

/**
 * A page that was read, on its way between threads: plain data, and the texts of all its rows in one piece of memory,
 * which changes hands and is not copied.
 */
export interface PageParcel extends Omit<ReadPage, 'mapped' | 'release'> {
  readonly page: BatchParcel
  readonly embedded: BatchParcel | null
  readonly texts: Uint8Array<ArrayBuffer>
}

/** Rows are among the records, as the same objects: here as there. */
interface BatchParcel extends Omit<Batch, 'model' | 'records' | 'rows' | 'map'> {
  readonly table: MainTable
  readonly records: readonly PackedRecord[]
  readonly rows: readonly PackedRow[]
}

/** Its text lies among those of the page. */
type PackedRow = Omit<Row, 'bytes'> | Omit<ReadRow, 'bytes'>
/** Digits that a double cannot hold would not survive the way. */
type PackedReject = Omit<RejectedRecord, 'raw'> & { readonly rawText: string }
type PackedRecord = PackedRow | PackedReject

export function packPage({ mapped, release: _, ...read }: ReadPage): PageParcel {
  const packing = new Packing()
  const page = packing.pack(mapped.page)
  const embedded = mapped.embedded && packing.pack(mapped.embedded)
  return { ...read, page, embedded, texts: packing.texts() }
}

class Packing {
  readonly #texts: (Row | ReadRow)[] = []
  #length = 0

  pack({ model, records, rows, map: _, ...rest }: Batch): BatchParcel {
    const packed = new Map(records.map((record) => [record, this.#record(record)]))
    return {
      ...rest,
      table: model.table,
      records: [...packed.values()],
      rows: rows.map((row) => packed.get(row)).filter((row) => row !== undefined && row.kind !== 'rejected'),
    }
  }

  texts(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length)
    let at = 0
    for (const { bytes, start, end } of this.#texts) at += bytes.copy(all, at, start, end)
    return all
  }

  #record(record: Row | ReadRow | RejectedRecord): PackedRecord {
    if (record.kind === 'rejected') {
      const { raw, ...rest } = record
      return { ...rest, rawText: JSON.stringify(raw) }
    }
    const { bytes, ...rest } = record
    const start = this.#length
    this.#texts.push(record)
    this.#length += record.end - record.start
    return { ...rest, start, end: this.#length }
  }
}

/** Takes a parcel over: its rows become those of the page. */
export function unpackPage(parcel: PageParcel | Unreadable, mapping: MappingOf): ReadPage | Unreadable {
  if ('problem' in parcel) return parcel
  const { page, embedded, texts, ...read } = parcel
  const bytes = Buffer.from(texts.buffer)
  const unpack = ({ table, records, rows, ...rest }: BatchParcel): Batch => ({
    ...rest,
    model: models[table],
    records: records.map((record) => unpackRecord(record, bytes)),
    rows: rows.map((row) => unpackRow(row, bytes)),
    map: mapperOf(models[table], read.needsSanitising, mapping),
  })
  return {
    ...read,
    mapped: { page: unpack(page), embedded: embedded && unpack(embedded) },
    release: () => giveBack(bytes),
  }
}

function unpackRecord(record: PackedRecord, bytes: Buffer): Row | ReadRow | RejectedRecord {
  if (record.kind !== 'rejected') return unpackRow(record, bytes)
  const { rawText, ...rest } = record
  return { ...rest, raw: parseExactJson(rawText) }
}

/** In place: thousands of copies a page would be made for nothing, and lists would not share them. */
const unpackRow = (row: PackedRow, bytes: Buffer): Row | ReadRow => Object.assign(row, { bytes })
