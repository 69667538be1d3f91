import type { JsonObject } from '../json.ts'
import type { Model } from '../mappers/model.ts'
import type { MappedRecord } from '../mappers/read-record.ts'
import type { MainTable } from '../streams.ts'
import { rowId } from './row-id.ts'

/** A mapped record under the ids of this database: what the set-based statements take as JSON. */
export interface Row {
  readonly id: string
  readonly record: MappedRecord
  /** Wanted parents, by column; null where the record names none. */
  readonly wanted: Readonly<Record<string, string | null>>
  readonly pairs: readonly PairRow[]
  /**
   * JSON text in UTF-8 of the row as far as the record alone decides it: all but references and computed columns.
   * Its last brace is left out: `rowset` adds them.
   */
  readonly openJson: Buffer
}

export interface PairRow {
  readonly id: string
  readonly owner: string
  readonly parent: string
  readonly roles: readonly string[] | null
}

/** What a statement did to one row; references are those before and after it. */
export interface Change {
  readonly id: string
  readonly inserted: boolean
  readonly previous: Readonly<Record<string, string | null>>
  readonly current: Readonly<Record<string, string | null>>
}

/** Changes of the transaction so far, by table: what computed values have to follow. */
export type Changes = Partial<Record<MainTable, Change[]>>

/** When and for whom a transaction writes. `now` is PostgreSQL's own text of its clock, to the microsecond. */
export interface WriteContext {
  readonly account: string
  readonly now: string
}

/** Gives records their ids. Of several with one id the last stays: it is the later read. */
export function toRows(model: Model, account: string, records: readonly MappedRecord[]): Row[] {
  const byRemoteId = new Map(records.map((record) => [record.remoteId, record]))
  return [...byRemoteId.values()].map((record) => toRow(model, account, record))
}

function toRow(model: Model, account: string, record: MappedRecord): Row {
  const id = rowId(account, model.table, record.remoteId)
  const wanted: Record<string, string | null> = {}
  for (const [column, table] of Object.entries(model.references)) {
    const parent = record.references[column] ?? null
    wanted[column] = parent === null ? null : rowId(account, table, parent)
  }
  return { id, record, wanted, pairs: toPairs(model, account, id, record), openJson: toOpenJson(id, record) }
}

function toPairs(model: Model, account: string, owner: string, record: MappedRecord): PairRow[] {
  const { join } = model
  if (join === undefined) return []
  return record.pairs.map((pair) => ({
    id: rowId(account, join.table, record.remoteId, pair.parent),
    owner,
    parent: rowId(account, join.parentTable, pair.parent),
    roles: pair.roles ?? null,
  }))
}

function toOpenJson(id: string, record: MappedRecord): Buffer {
  const json = JSON.stringify({
    ...record.columns,
    id,
    remote_id: record.remoteId,
    deleted: record.deleted !== null,
    deleted_at: record.deleted?.at ?? null,
    remote_data: record.remoteData,
    // A copy embedded in a candidate need not repeat whose it is.
    implied_key: record.impliedKey ?? null,
  })
  return Buffer.from(json.slice(0, -1))
}

/** The JSON text of a parameter that `jsonb_to_recordset` reads. */
export function recordset(rows: readonly JsonObject[]): string {
  return JSON.stringify(rows)
}

/**
 * The same of rows, each with columns that the record does not decide; in jsonb's binary form, which is its text in
 * UTF-8 behind a version. The texts are long, and need not be put together and encoded once more while PostgreSQL waits.
 */
export function rowset(rows: readonly Row[], columnsOf: (row: Row) => JsonObject): Buffer {
  const parts: Buffer[] = [jsonbVersion]
  for (const [index, row] of rows.entries()) {
    const more = JSON.stringify(columnsOf(row))
    const rest = more === '{}' ? more.slice(1) : `,${more.slice(1)}`
    parts.push(index === 0 ? listBegins : nextFollows, row.openJson, Buffer.from(rest))
  }
  parts.push(rows.length === 0 ? emptyList : listEnds)
  return Buffer.concat(parts)
}

const jsonbVersion = Buffer.of(1)
const listBegins = Buffer.from('[')
const nextFollows = Buffer.from(',')
const listEnds = Buffer.from(']')
const emptyList = Buffer.from('[]')
