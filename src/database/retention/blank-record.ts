import type { JsonObject } from '../../json.ts'
import type { PersonalData } from '../../mappers/model.ts'
import type { MappedRecord, RejectedRecord } from '../../mappers/read-record.ts'

/** The record as it may be kept of a deleted candidate: ids, references, times and states. */
export function blankRecord(
  record: MappedRecord,
  { keeps, columns, customFields }: PersonalData,
): MappedRecord {
  const { custom_fields } = record.columns
  return {
    ...record,
    columns: {
      ...record.columns,
      ...columns,
      ...(customFields === undefined
        ? {}
        : { custom_fields: { ...(custom_fields as JsonObject), ...customFields } }),
    },
    remoteData: Object.fromEntries(Object.entries(record.remoteData).filter(([key]) => keeps.includes(key))),
  }
}

/** Of a rejected record no field can be trusted to hold what its name says: the id alone stays. */
export function blankRejected(record: RejectedRecord): RejectedRecord {
  return { ...record, raw: blankRaw(record.remoteId) }
}

export const blankRaw = (remoteId: string | null) => ({ id: remoteId })
