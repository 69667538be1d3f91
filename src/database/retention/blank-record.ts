import { isJsonObject, type JsonObject } from '../../json.ts'
import type { Model, PersonalData } from '../../mappers/model.ts'
import type { RejectedRecord } from '../../mappers/read-record.ts'
import { unpackValues } from '../packed-values.ts'
import { rowId } from '../row-id.ts'
import { type Row, withValues } from '../rows.ts'
import { keptFields } from './kept-fields.ts'

/** The row as it may be kept of a deleted candidate: ids, references, times and states. */
export function blankRow(model: Model, row: Row, { keeps, columns, customFields }: PersonalData): Row {
  const { custom_fields, remote_data, ...values } = unpackValues(model, row)
  return withValues(model, row, {
    ...values,
    custom_fields:
      customFields === undefined
        ? custom_fields
        : { ...keptFields(custom_fields as JsonObject, customFields.keeps), ...customFields.emptied },
    ...columns,
    remote_data: keptFields(remote_data, keeps),
  })
}

/**
 * Of a rejected record no field can be trusted to hold what its name says: the id alone stays, and a `candidate_id` that
 * is somebody's. By it the application's interviews are known.
 *
 * @param persons row ids of candidates.
 */
export function blankRejected(
  account: string,
  record: RejectedRecord,
  persons: ReadonlySet<string>,
): RejectedRecord {
  const { raw, remoteId } = record
  const name = isJsonObject(raw) ? raw.candidate_id : null
  const isKnown = typeof name === 'string' && persons.has(rowId(account, 'candidates', name))
  return { ...record, raw: { ...blankRaw(remoteId), ...(isKnown ? { candidate_id: name } : {}) } }
}

export const blankRaw = (remoteId: string | null) => ({ id: remoteId })
