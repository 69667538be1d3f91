import type { Model } from '../mappers/model.ts'
import type { RejectedRecord } from '../mappers/read-record.ts'
import type { StreamName } from '../streams.ts'
import type { ReadRow, Row } from './rows.ts'

/** Records of one model that a page brought. */
export interface Batch {
  readonly stream: StreamName
  readonly model: Model
  readonly records: readonly (Row | ReadRow | RejectedRecord)[]
  /** Those to be written: each once. */
  readonly rows: readonly (Row | ReadRow)[]
  /** Maps a record that was read only. */
  readonly map: (row: ReadRow) => Row | RejectedRecord
  /** Copies embedded in other records: they give way to a row whose last activity is newer than theirs. */
  readonly embedded: boolean
}

/** A batch of which all that may differ from what is stored is mapped. */
export interface MappedBatch extends Batch {
  readonly rows: readonly Row[]
}

/** Maps the records whose rows are not known to be stored as they are, which alone are to be written then. */
export function mapOthers(batch: Batch, unchanged: ReadonlySet<string>): MappedBatch {
  const mapped = new Map<ReadRow, Row | RejectedRecord>()
  for (const row of batch.rows)
    if (row.kind === 'read' && !unchanged.has(row.id)) mapped.set(row, batch.map(row))
  const records = batch.records.map((record) =>
    record.kind === 'read' ? (mapped.get(record) ?? record) : record,
  )
  const rows = batch.rows
    .filter((row) => !unchanged.has(row.id))
    .map((row) => (row.kind === 'read' ? mapped.get(row) : row))
    .filter((row) => row?.kind === 'mapped')
  return { ...batch, records, rows }
}

export const mappedOf = ({ records }: Batch) => records.filter((record) => record.kind === 'mapped')

export const countWellRead = ({ records }: Batch) =>
  records.filter((record) => record.kind !== 'rejected').length

/** All copies of the batch's rows in their order; of embedded ones the newest alone. */
export function copiesOf(batch: MappedBatch): readonly Row[] {
  if (batch.embedded) return batch.rows
  const ids = new Set(batch.rows.map((row) => row.id))
  return mappedOf(batch).filter((row) => ids.has(row.id))
}

export const countWarnings = (batch: Batch) =>
  batch.records.reduce((sum, record) => sum + (record.kind === 'mapped' ? record.warnings : 0), 0)
