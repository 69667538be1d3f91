import type { Batch } from '../database/batch.ts'
import { newestCopies } from '../database/outdated-copies.ts'
import { RowIds } from '../database/row-id.ts'
import { latestRows, type ReadRow, type Row, rowText, textOf, toRow } from '../database/rows.ts'
import type { PageRecords } from '../gem/client.ts'
import { parseExactJson } from '../gem/exact-json.ts'
import type { JsonObject } from '../json.ts'
import type { MappingSettings, Model } from '../mappers/model.ts'
import {
  embeddedApplications,
  type RejectedRecord,
  readRecord,
  withoutEmbedded,
} from '../mappers/read-record.ts'
import { type DigestedRecord, digestRecord, type MappingRules } from '../mappers/record-digest.ts'
import { models } from '../mappers/registry.ts'
import { readId } from '../mappers/remote-id.ts'
import { type StreamName, streams } from '../streams.ts'

/** Whose page it is, and how its records are mapped. */
export interface MappingOf {
  readonly account: string
  readonly settings: MappingSettings
  readonly rules: MappingRules
  /**
   * Most rows are likely to be stored as they are: records are only read then, and mapped by the commit where it finds
   * that they differ.
   */
  readonly lazily: boolean
}

/** What a page's records become: their rows, and those of the applications that candidates embed. */
export interface MappedPage {
  readonly page: Batch
  readonly embedded: Batch | null
}

type Records = Pick<PageRecords, 'records' | 'needsSanitising'>

/** A page as batches of rows and rejected records. */
export function mapPage(
  stream: StreamName,
  { records, needsSanitising }: Records,
  mapping: MappingOf,
): MappedPage {
  const model = models[streams[stream].model]
  const ids = new RowIds(mapping.account)
  const own = new RecordReader(model, needsSanitising, mapping, ids)
  const copies = new RecordReader(models.applications, needsSanitising, mapping, ids)
  for (const raw of records) {
    const record = own.read(raw, null)
    if (model.embeds === undefined) continue
    for (const copy of embeddedApplications(raw)) copies.read(copy.raw, record.remoteId)
  }
  return {
    page: { stream, ...own.batch(latestRows), embedded: false },
    embedded:
      model.embeds === undefined
        ? null
        : { stream: 'applications', ...copies.batch(newestCopies), embedded: true },
  }
}

/** Maps records of a page that were read only. */
export function mapperOf(model: Model, needsSanitising: boolean, mapping: MappingOf): Batch['map'] {
  return new RecordReader(model, needsSanitising, mapping).map
}

/** Reads the records of one model that a page brings. */
class RecordReader {
  readonly #model: Model
  readonly #needsSanitising: boolean
  readonly #mapping: MappingOf
  readonly #ids: RowIds
  readonly #records: (Row | ReadRow | RejectedRecord)[] = []

  constructor(model: Model, needsSanitising: boolean, mapping: MappingOf, ids = new RowIds(mapping.account)) {
    this.#model = model
    this.#needsSanitising = needsSanitising
    this.#mapping = mapping
    this.#ids = ids
  }

  read(raw: unknown, holder: string | null): Row | ReadRow | RejectedRecord {
    const record = this.#mayWait ? this.#asRead(raw, holder) : this.#mapped(raw, holder)
    this.#records.push(record)
    return record
  }

  /** @param each chooses of several copies of a record the one to be written. */
  batch(each: (rows: readonly Row[]) => readonly Row[]): Omit<Batch, 'stream' | 'embedded'> {
    const { map } = this
    const read = this.#records.filter((record) => record.kind !== 'rejected')
    const isEachOnce = new Set(read.map(({ id }) => id)).size === read.length
    if (isEachOnce) return { model: this.#model, records: this.#records, rows: read, map }
    // Which copy of a record counts may depend on what is in them.
    const records = this.#records.map((record) => (record.kind === 'read' ? map(record) : record))
    const rows = each(records.filter((record) => record.kind === 'mapped'))
    return { model: this.#model, records, rows, map }
  }

  /** Join rows are compared at each sync, digest or not: that takes what the records ask for. */
  get #mayWait(): boolean {
    return this.#mapping.lazily && this.#model.join === undefined
  }

  #asRead(raw: unknown, holder: string | null): Row | ReadRow | RejectedRecord {
    const read = readId(raw)
    const digested = 'problem' in read ? null : this.#digest(raw as JsonObject, holder)
    if ('problem' in read || digested === null) return this.#mapped(raw, holder)
    const { remoteId } = read
    // Rejected, it would be kept as Gem sent it, with what is embedded in it.
    const text = rowText(this.#model.embeds === undefined ? digested.json : JSON.stringify(raw))
    const id = this.#ids.of(this.#model.table, remoteId)
    return { kind: 'read', id, remoteId, digest: digested.digest, holder, ...text }
  }

  readonly map = (row: ReadRow): Row | RejectedRecord => this.#mapped(parseExactJson(textOf(row)), row.holder)

  #mapped(raw: unknown, holder: string | null): Row | RejectedRecord {
    const { settings } = this.#mapping
    const record = readRecord(this.#model, raw, settings, {
      needsSanitising: this.#needsSanitising,
      ...(holder === null ? {} : { holder }),
    })
    if (record.kind === 'rejected') return record
    const digested = this.#digest(raw as JsonObject, holder)
    return toRow(this.#model, this.#ids, record, digested)
  }

  /** Null where there is more to be told of the record than its digest is made of. */
  #digest(raw: JsonObject, holder: string | null): DigestedRecord | null {
    const own = withoutEmbedded(this.#model, raw)
    return own && digestRecord(this.#model, this.#mapping.rules, own, holder)
  }
}
