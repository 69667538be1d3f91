import type { Batch } from '../database/batch.ts'
import { newestCopies } from '../database/outdated-copies.ts'
import { RowIds } from '../database/row-id.ts'
import { jsonText, latestRows, type ReadRow, type Row, textOf, toRow } from '../database/rows.ts'
import type { PageRecords } from '../gem/client.ts'
import { parseExactJson } from '../gem/exact-json.ts'
import { type RecordText, textWithout } from '../gem/record-text.ts'
import type { MappingSettings, Model } from '../mappers/model.ts'
import {
  embeddedApplications,
  type MappedRecord,
  type RejectedRecord,
  readRecord,
} from '../mappers/read-record.ts'
import { type MappingRules, RecordDigester, type SentRecord } from '../mappers/record-digest.ts'
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

interface Records extends Pick<PageRecords, 'records' | 'needsSanitising'> {
  /** Their own, one by one; without them, or null: texts are written anew. */
  readonly texts?: readonly RecordText[] | null
}

/** A page as batches of rows and rejected records. */
export function mapPage(
  stream: StreamName,
  { records, needsSanitising, texts = null }: Records,
  mapping: MappingOf,
): MappedPage {
  const model = models[streams[stream].model]
  const ids = new RowIds(mapping.account)
  const own = new RecordReader(model, needsSanitising, mapping, ids)
  const copies = new RecordReader(models.applications, needsSanitising, mapping, ids)
  for (const [index, raw] of records.entries()) {
    const text = texts?.[index] ?? null
    const { remoteId: holder } = own.read({ raw, text, holder: null })
    if (model.embeds === undefined) continue
    for (const [place, copy] of embeddedApplications(raw).entries())
      copies.read({ raw: copy, text: text?.embedded?.records[place] ?? null, holder })
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
  readonly #digester: RecordDigester
  readonly #records: (Row | ReadRow | RejectedRecord)[] = []

  constructor(model: Model, needsSanitising: boolean, mapping: MappingOf, ids = new RowIds(mapping.account)) {
    this.#model = model
    this.#needsSanitising = needsSanitising
    this.#mapping = mapping
    this.#ids = ids
    this.#digester = new RecordDigester(model, mapping.rules)
  }

  read(sent: SentRecord): Row | ReadRow | RejectedRecord {
    const record = this.#mayWait ? this.#asRead(sent) : this.#mapped(sent)
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

  #asRead(sent: SentRecord): Row | ReadRow | RejectedRecord {
    const { raw, text, holder } = sent
    const read = readId(raw)
    const digested = 'problem' in read ? null : this.#digester.digest(sent)
    if ('problem' in read || digested === null) return this.#mapped(sent)
    const { remoteId } = read
    const id = this.#ids.of(this.#model.table, remoteId)
    // Rejected, it would be kept as Gem sent it, with what is embedded in it.
    const { bytes, start, end } = text ?? jsonText(JSON.stringify(raw))
    return { kind: 'read', id, remoteId, digest: digested.digest, holder, bytes, start, end }
  }

  /** Its digest is known, and so is its text where nothing is embedded in it. */
  readonly map = (row: ReadRow): Row | RejectedRecord => {
    const { digest, holder } = row
    const raw = parseExactJson(textOf(row))
    const record = this.#read(raw, holder)
    if (record.kind === 'rejected') return record
    const json = this.#model.embeds === undefined ? textWithout(row, []) : null
    return toRow(this.#model, this.#ids, record, { digest, json })
  }

  #mapped(sent: SentRecord): Row | RejectedRecord {
    const record = this.#read(sent.raw, sent.holder)
    if (record.kind === 'rejected') return record
    return toRow(this.#model, this.#ids, record, this.#digester.digest(sent))
  }

  #read(raw: unknown, holder: string | null): MappedRecord | RejectedRecord {
    return readRecord(this.#model, raw, this.#mapping.settings, {
      needsSanitising: this.#needsSanitising,
      ...(holder === null ? {} : { holder }),
    })
  }
}
