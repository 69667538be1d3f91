import type { Batch } from '../database/batch.ts'
import type { ReadRow, Row } from '../database/rows.ts'
import { parseExactJson } from '../gem/exact-json.ts'
import type { Unreadable } from '../gem/parse-body.ts'
import type { RejectedRecord } from '../mappers/read-record.ts'
import { models } from '../mappers/registry.ts'
import type { MainTable } from '../streams.ts'
import { type MappingOf, mapperOf } from './map-page.ts'
import type { ReadPage } from './read-page.ts'

/**
 * A page that was read, on its way between threads: plain data, and the texts of all its rows in one piece of memory,
 * which changes hands and is not copied.
 */
export interface PageParcel extends Omit<ReadPage, 'mapped'> {
  readonly page: BatchParcel
  readonly embedded: BatchParcel | null
  readonly texts: Uint8Array<ArrayBuffer>
}

/** Records and rows are the same objects in both lists, here as there. */
interface BatchParcel extends Omit<Batch, 'model' | 'records' | 'rows' | 'map'> {
  readonly table: MainTable
  readonly records: readonly PackedRecord[]
  readonly rows: readonly PackedRow[]
}

/** Where a row's text lies among those of the page. */
interface Place {
  readonly start: number
  readonly end: number
}

type PackedRow = (Omit<Row, 'openJson'> | Omit<ReadRow, 'json'>) & Place
/** Digits that a double cannot hold would not survive the way. */
type PackedReject = Omit<RejectedRecord, 'raw'> & { readonly rawText: string }
type PackedRecord = PackedRow | PackedReject

export function packPage({ mapped, ...read }: ReadPage): PageParcel {
  const packing = new Packing()
  const page = packing.pack(mapped.page)
  const embedded = mapped.embedded && packing.pack(mapped.embedded)
  return { ...read, page, embedded, texts: packing.texts() }
}

class Packing {
  readonly #texts: Buffer[] = []
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
    for (const text of this.#texts) {
      all.set(text, at)
      at += text.length
    }
    return all
  }

  #record(record: Row | ReadRow | RejectedRecord): PackedRecord {
    if (record.kind === 'rejected') {
      const { raw, ...rest } = record
      return { ...rest, rawText: JSON.stringify(raw) }
    }
    if (record.kind === 'read') {
      const { json, ...rest } = record
      return { ...rest, ...this.#place(json) }
    }
    const { openJson, ...rest } = record
    return { ...rest, ...this.#place(openJson) }
  }

  #place(text: Buffer): Place {
    const start = this.#length
    this.#texts.push(text)
    this.#length += text.length
    return { start, end: this.#length }
  }
}

export function unpackPage(parcel: PageParcel | Unreadable, mapping: MappingOf): ReadPage | Unreadable {
  if ('problem' in parcel) return parcel
  const { page, embedded, texts, ...read } = parcel
  const unpack = (batch: BatchParcel): Batch => unpackBatch(batch, texts, parcel, mapping)
  return { ...read, mapped: { page: unpack(page), embedded: embedded && unpack(embedded) } }
}

function unpackBatch(
  { table, records, rows, ...rest }: BatchParcel,
  texts: Uint8Array<ArrayBuffer>,
  { needsSanitising }: PageParcel,
  mapping: MappingOf,
): Batch {
  const unpacked = new Map(records.map((record) => [record, unpackRecord(record, texts)]))
  return {
    ...rest,
    model: models[table],
    records: [...unpacked.values()],
    rows: rows.map((row) => unpacked.get(row)).filter((row) => row !== undefined && row.kind !== 'rejected'),
    map: mapperOf(models[table], needsSanitising, mapping),
  }
}

function unpackRecord(record: PackedRecord, texts: Uint8Array<ArrayBuffer>): Row | ReadRow | RejectedRecord {
  if (record.kind === 'rejected') {
    const { rawText, ...rest } = record
    return { ...rest, raw: parseExactJson(rawText) }
  }
  const { start, end, ...rest } = record
  const text = Buffer.from(texts.buffer, start, end - start)
  return rest.kind === 'read' ? { ...rest, json: text } : { ...rest, openJson: text }
}
