import type { Batch } from '../database/commit-page.ts'
import { newestCopies } from '../database/outdated-copies.ts'
import { toRows } from '../database/rows.ts'
import type { GemPage } from '../gem/client.ts'
import type { MappingSettings } from '../mappers/model.ts'
import {
  embeddedApplications,
  type MappedRecord,
  type RejectedRecord,
  readRecord,
} from '../mappers/read-record.ts'
import { models } from '../mappers/registry.ts'
import { type StreamName, streams } from '../streams.ts'

/** Whose page it is, and how its records are mapped. */
export interface MappingOf {
  readonly account: string
  readonly settings: MappingSettings
}

/** A page as batches of mapped and rejected records: its own, and the applications that candidates embed. */
export function mapPage(
  stream: StreamName,
  { records, needsSanitising }: Pick<GemPage, 'records' | 'needsSanitising'>,
  { account, settings }: MappingOf,
): { page: Batch; embedded: Batch | null } {
  const model = models[streams[stream].model]
  const own = records.map((raw) => readRecord(model, raw, settings, { needsSanitising }))
  const rows = toRows(model, account, own.filter(isMapped))
  const page: Batch = { stream, model, records: own, rows, embedded: false }
  if (model.embeds === undefined) return { page, embedded: null }

  const copies = records.flatMap((raw, index) => {
    const holder = own[index]?.remoteId
    return embeddedApplications(raw).map((copy) =>
      readRecord(models.applications, copy.raw, settings, {
        needsSanitising,
        ...(holder ? { holder } : {}),
      }),
    )
  })
  return { page, embedded: toEmbeddedBatch(account, copies) }
}

function toEmbeddedBatch(account: string, copies: Batch['records']): Batch {
  const model = models.applications
  const rows = toRows(model, account, newestCopies(copies.filter(isMapped)))
  return { stream: 'applications', model, records: copies, rows, embedded: true }
}

const isMapped = (record: MappedRecord | RejectedRecord) => record.kind === 'mapped'
