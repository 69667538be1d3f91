import { setImmediate as turn } from 'node:timers/promises'
import type { Batch } from '../database/commit-page.ts'
import { newestCopies } from '../database/outdated-copies.ts'
import { latestRows, type Row, toRow } from '../database/rows.ts'
import type { GemPage } from '../gem/client.ts'
import type { MappingSettings, Model } from '../mappers/model.ts'
import { embeddedApplications, type RejectedRecord, readRecord } from '../mappers/read-record.ts'
import { models } from '../mappers/registry.ts'
import { type StreamName, streams } from '../streams.ts'

/** Whose page it is, and how its records are mapped. */
export interface MappingOf {
  readonly account: string
  readonly settings: MappingSettings
}

/** What a page's records become: their rows, and those of the applications that candidates embed. */
export interface MappedPage {
  readonly page: Batch
  readonly embedded: Batch | null
}

/**
 * Records that are mapped at a stretch, in some 2 ms. Then what waits takes its turn: above all the commit of an earlier
 * page, whose next statement PostgreSQL would otherwise stand idle for.
 */
const stretch = 20

/** A page as batches of rows and rejected records. */
export async function mapPage(
  stream: StreamName,
  { records, needsSanitising }: Pick<GemPage, 'records' | 'needsSanitising'>,
  { account, settings }: MappingOf,
): Promise<MappedPage> {
  const model = models[streams[stream].model]
  const read = (of: Model, raw: unknown, holder?: string) => {
    const record = readRecord(of, raw, settings, { needsSanitising, ...(holder ? { holder } : {}) })
    return record.kind === 'mapped' ? toRow(of, account, record) : record
  }
  const own: (Row | RejectedRecord)[] = []
  const copies: (Row | RejectedRecord)[] = []
  for (const [index, raw] of records.entries()) {
    if (index % stretch === stretch - 1) await turn()
    const record = read(model, raw)
    own.push(record)
    if (model.embeds === undefined) continue
    const holder = record.remoteId ?? undefined
    for (const copy of embeddedApplications(raw)) copies.push(read(models.applications, copy.raw, holder))
  }
  const page: Batch = { stream, model, records: own, rows: latestRows(rowsIn(own)), embedded: false }
  return { page, embedded: model.embeds === undefined ? null : toEmbeddedBatch(copies) }
}

function toEmbeddedBatch(copies: Batch['records']): Batch {
  return {
    ...{ stream: 'applications', model: models.applications, records: copies, embedded: true },
    rows: newestCopies(rowsIn(copies)),
  }
}

const rowsIn = (records: Batch['records']) => records.filter((record) => record.kind === 'mapped')
