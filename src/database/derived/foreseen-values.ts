import type { Model } from '../../mappers/model.ts'
import type { MappedRecord } from '../../mappers/read-record.ts'
import type { Db } from '../connect.ts'
import type { Row, WriteContext } from '../rows.ts'
import { plannedStages } from './interview-stages.ts'

/** Computed columns by the id of their row. */
export type ForeseenValues = ReadonlyMap<string, Readonly<Record<string, unknown>>>

/**
 * Computed values that new rows are likely to get, so that they need not be written twice. They may be wrong or
 * missing: once all is written, `followChanges` computes them from what is stored and puts right what differs.
 *
 * @param embedded records that came along in these.
 */
export async function foreseeValues(
  trx: Db,
  context: WriteContext,
  model: Model,
  rows: readonly Row[],
  embedded: readonly MappedRecord[],
): Promise<ForeseenValues> {
  if (model.table === 'candidates') return sourcesOf(rows, embedded)
  if (model.table === 'interviews') return await stagesOf(trx, context, rows)
  return new Map()
}

/** The source of a candidate's first application, as far as it came along. */
function sourcesOf(rows: readonly Row[], applications: readonly MappedRecord[]): ForeseenValues {
  const first = new Map<string, MappedRecord>()
  for (const application of applications) {
    const { candidate_id: candidate } = application.references
    if (!candidate) continue
    const other = first.get(candidate)
    if (other === undefined || rankOf(application) < rankOf(other)) first.set(candidate, application)
  }
  return new Map(
    rows.flatMap(({ id, record }) => {
      const custom = first.get(record.remoteId)?.columns.custom_fields as
        | { source: string | null }
        | undefined
      return custom ? [[id, { source: custom.source }]] : []
    }),
  )
}

/** Deleted ones last, then the earliest, then by id. Times are texts of one form. */
const rankOf = ({ deleted, columns, remoteId }: MappedRecord) =>
  `${deleted === null ? 0 : 1} ${columns.remote_created_at ?? 'never'} ${remoteId}`

async function stagesOf(trx: Db, context: WriteContext, rows: readonly Row[]): Promise<ForeseenValues> {
  const planned = rows.flatMap(({ id, record }) => {
    const item = record.remoteData.job_stage_interview_item_id
    return typeof item === 'string' ? [{ id, item }] : []
  })
  const stages = await plannedStages(trx, context, planned)
  return new Map(stages.map(({ id, stage_id }) => [id, { stage_id }]))
}
