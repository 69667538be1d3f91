import assert from 'node:assert/strict'
import type { IntegrationField, MappingSettings } from '../../src/mappers/model.ts'
import {
  type MappedRecord,
  type ReadOptions,
  type RejectedRecord,
  readRecord,
} from '../../src/mappers/read-record.ts'
import { models } from '../../src/mappers/registry.ts'
import type { MainTable } from '../../src/streams.ts'

interface Options extends Partial<ReadOptions> {
  readonly jobBoard?: string
  readonly integrationFields?: readonly IntegrationField[]
}

export function readAny(table: MainTable, raw: unknown, options: Options = {}) {
  const settings: MappingSettings = {
    jobBoard: options.jobBoard ?? null,
    integrationFields: options.integrationFields ?? [],
  }
  return readRecord(models[table], raw, settings, { needsSanitising: true, ...options })
}

/** Reads a record that must be mapped; `fields` come over an id. */
export function read(table: MainTable, fields: object = {}, options: Options = {}): MappedRecord {
  const result = readAny(table, { id: 'r1', ...fields }, options)
  assert.equal(result.kind, 'mapped', `${'reason' in result ? result.reason : ''}`)
  return result as MappedRecord
}

export function rejected(table: MainTable, raw: unknown, options: Options = {}): RejectedRecord {
  const result = readAny(table, raw, options)
  assert.equal(result.kind, 'rejected')
  return result as RejectedRecord
}

/** One column of a record made of these fields. */
export function column(table: MainTable, name: string, fields: object, options: Options = {}): unknown {
  return read(table, fields, options).columns[name]
}
