import { query } from 'json-p3'
import { ANY, type IntegrationField } from './types.ts'

/** The fields that an account's settings pick out of `remote_data`. A path that finds several values is left open. */
export function integrationFields(model: string, fields: IntegrationField[], remoteData: unknown): unknown[] {
  return fields
    .filter((field) => field.model === model)
    .map(({ key, label, path }) => {
      const values = query(path, remoteData as Parameters<typeof query>[1]).values()
      return { key, label, value: values.length > 1 ? ANY : (values[0] ?? null) }
    })
}
