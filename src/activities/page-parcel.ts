import { type Columns, fromColumns, toColumns } from '../columns.ts'
import type { Batch } from '../database/batch.ts'
import type { Origin, ReadRow, Row } from '../database/rows.ts'
import { parseExactJson } from '../gem/exact-json.ts'
import type { Unreadable } from '../gem/parse-body.ts'
import { giveBack } from '../give-back.ts'
import type { JsonText } from '../json.ts'
import type { RejectedRecord } from '../mappers/read-record.ts'
import { models } from '../mappers/registry.ts'
import type { MainTable } from '../streams.ts'
import { type MappingOf, mapperOf } from './map-page.ts'
import type { ReadPage } from './read-page.ts'

/**
 * A page that was read, on its way between threads: plain data in columns, and the texts of all its rows in one piece of
 * memory, which changes hands and is not copied.
 */
export interface PageParcel extends Omit<ReadPage, 'mapped' | 'release'> {
  readonly page: BatchParcel
  readonly embedded: BatchParcel | null
  readonly texts: Uint8Array<ArrayBuffer>
}

interface BatchParcel extends Omit<Batch, 'model' | 'records' | 'rows' | 'map'> {
  readonly table: MainTable
  /** Of which kind each record is, in their order. */
  readonly kinds: readonly BatchRecord['kind'][]
  readonly mapped: MappedParcel
  readonly read: Columns<Omit<ReadRow, 'bytes'>>
  readonly rejected: readonly PackedReject[]
  /** Which of the records are to be written: the same objects, here as there. */
  readonly rows: readonly number[]
}

type BatchRecord = Row | ReadRow | RejectedRecord

/** What rows hold in objects is in columns as well. */
interface MappedParcel {
  readonly rows: Columns<Omit<Row, 'bytes' | 'wanted' | 'origin'>>
  readonly wanted: Columns<Row['wanted']>
  /** Null where the rows have none. */
  readonly origins: Columns<Origin> | null
}

/** Digits that a double cannot hold would not survive the way. */
type PackedReject = Omit<RejectedRecord, 'raw'> & { readonly rawText: string }

export function packPage({ mapped, release: _, ...read }: ReadPage): PageParcel {
  const packing = new Packing()
  const page = packing.pack(mapped.page)
  const embedded = mapped.embedded && packing.pack(mapped.embedded)
  return { ...read, page, embedded, texts: packing.texts() }
}

class Packing {
  readonly #texts: JsonText[] = []
  #length = 0

  pack({ model, records, rows, map: _, ...rest }: Batch): BatchParcel {
    const places = new Map(records.map((record, place) => [record, place]))
    const read = records.filter((record) => record.kind === 'read')
    return {
      ...rest,
      table: model.table,
      kinds: records.map(({ kind }) => kind),
      mapped: this.#packMapped(records.filter((record) => record.kind === 'mapped')),
      read: { ...toColumns(read, ['bytes']), ...this.#place(read) },
      rejected: records.filter((record) => record.kind === 'rejected').map(packReject),
      rows: rows.map((row) => places.get(row)).filter((place) => place !== undefined),
    }
  }

  texts(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#length)
    let at = 0
    for (const { bytes, start, end } of this.#texts) at += bytes.copy(all, at, start, end)
    return all
  }

  #packMapped(mapped: readonly Row[]): MappedParcel {
    const origins = mapped.map(({ origin }) => origin).filter((origin) => origin !== null)
    return {
      rows: { ...toColumns(mapped, ['bytes', 'wanted', 'origin']), ...this.#place(mapped) },
      wanted: toColumns(mapped.map(({ wanted }) => wanted)),
      origins: origins.length === 0 ? null : toColumns(origins),
    }
  }

  /** Where the texts will lie among those of the page. */
  #place(texts: readonly JsonText[]): Columns<Omit<JsonText, 'bytes'>> {
    const ends = texts.map((text) => {
      this.#texts.push(text)
      this.#length += text.end - text.start
      return this.#length
    })
    return { start: texts.map((text, index) => (ends[index] ?? 0) - text.end + text.start), end: ends }
  }
}

const packReject = ({ raw, ...rest }: RejectedRecord): PackedReject => ({
  ...rest,
  rawText: JSON.stringify(raw),
})

/** Takes a parcel over: its rows become those of the page. */
export function unpackPage(parcel: PageParcel | Unreadable, mapping: MappingOf): ReadPage | Unreadable {
  if ('problem' in parcel) return parcel
  const { page, embedded, texts, ...read } = parcel
  const bytes = Buffer.from(texts.buffer)
  const unpack = (batch: BatchParcel) =>
    unpackBatch(batch, bytes, mapperOf(models[batch.table], read.needsSanitising, mapping))
  return {
    ...read,
    mapped: { page: unpack(page), embedded: embedded && unpack(embedded) },
    release: () => giveBack(bytes),
  }
}

function unpackBatch(parcel: BatchParcel, bytes: Buffer, map: Batch['map']): Batch {
  const { table, kinds, mapped, read, rejected, rows, ...rest } = parcel
  const count = (kind: BatchRecord['kind']) => kinds.filter((other) => other === kind).length
  const unpacked = {
    mapped: unpackMapped(mapped, bytes, count('mapped')).values(),
    read: unpackRead(read, bytes, count('read')).values(),
    rejected: rejected.map(unpackReject).values(),
  }
  const records = kinds.map((kind) => unpacked[kind].next().value).filter((record) => record !== undefined)
  return {
    ...rest,
    model: models[table],
    records,
    rows: rows
      .map((place) => records[place])
      .filter((record) => record !== undefined && record.kind !== 'rejected'),
    map,
  }
}

function unpackMapped({ rows, wanted, origins }: MappedParcel, bytes: Buffer, count: number): Row[] {
  return fromColumns(
    {
      ...rows,
      bytes: each(bytes, count),
      wanted: fromColumns(wanted, count),
      origin: origins === null ? each(null, count) : fromColumns(origins, count),
    },
    count,
  )
}

const unpackRead = (read: BatchParcel['read'], bytes: Buffer, count: number): ReadRow[] =>
  fromColumns({ ...read, bytes: each(bytes, count) }, count)

const unpackReject = ({ rawText, ...rest }: PackedReject): RejectedRecord => ({
  ...rest,
  raw: parseExactJson(rawText),
})

const each = <Value>(value: Value, count: number): Value[] => Array.from({ length: count }, () => value)
