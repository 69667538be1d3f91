import type { Batch } from '../database/commit-page.ts'
import type { GemPage } from '../gem/client.ts'
import type { MappingSettings } from '../mappers/model.ts'
import { embeddedApplications, readRecord } from '../mappers/read-record.ts'
import { models } from '../mappers/registry.ts'
import { type StreamName, streams } from '../streams.ts'

/** A page as batches of mapped and rejected records: its own, and the applications that candidates embed. */
export function mapPage(
  stream: StreamName,
  { records, needsSanitising }: Pick<GemPage, 'records' | 'needsSanitising'>,
  settings: MappingSettings,
): { page: Batch; embedded: Batch | null } {
  const model = models[streams[stream].model]
  const mapped = records.map((raw) => readRecord(model, raw, settings, { needsSanitising }))
  return {
    page: { stream, model, records: mapped, embedded: false },
    embedded: model.embeds === undefined ? null : mapEmbedded(records, mapped, settings, needsSanitising),
  }
}

function mapEmbedded(
  records: readonly unknown[],
  holders: Batch['records'],
  settings: MappingSettings,
  needsSanitising: boolean,
): Batch {
  const copies = records.flatMap((raw, index) => {
    const holder = holders[index]?.remoteId
    return embeddedApplications(raw).map((copy) =>
      readRecord(models.applications, copy.raw, settings, {
        needsSanitising,
        ...(holder ? { holder } : {}),
      }),
    )
  })
  return { stream: 'applications', model: models.applications, records: copies, embedded: true }
}
