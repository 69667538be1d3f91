import type { JsonObject } from '../../json.ts'
import type { Model, PersonalData } from '../../mappers/model.ts'
import type { RejectedRecord } from '../../mappers/read-record.ts'
import { unpackValues } from '../packed-values.ts'
import { type Row, withValues } from '../rows.ts'

/** The row as it may be kept of a deleted candidate: ids, references, times and states. */
export function blankRow(model: Model, row: Row, { keeps, columns, customFields }: PersonalData): Row {
  const { custom_fields, remote_data, ...values } = unpackValues(model, row)
  return withValues(model, row, {
    ...values,
    custom_fields:
      customFields === undefined ? custom_fields : { ...(custom_fields as JsonObject), ...customFields },
    ...columns,
    remote_data: Object.fromEntries(Object.entries(remote_data).filter(([key]) => keeps.includes(key))),
  })
}

/** Of a rejected record no field can be trusted to hold what its name says: the id alone stays. */
export function blankRejected(record: RejectedRecord): RejectedRecord {
  return { ...record, raw: blankRaw(record.remoteId) }
}

export const blankRaw = (remoteId: string | null) => ({ id: remoteId })
