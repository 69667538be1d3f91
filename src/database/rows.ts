import { type RawBuilder, sql } from 'kysely'
import type { PartialText } from '../gem/record-text.ts'
import { isJsonObject, type JsonObject, type JsonText } from '../json.ts'
import type { DeletionMark, Model } from '../mappers/model.ts'
import type { MappedRecord } from '../mappers/read-record.ts'
import type { DigestedRecord } from '../mappers/record-digest.ts'
import type { MainTable } from '../streams.ts'
import { type PackedValues, packValues, type RowValues } from './packed-values.ts'
import { type RowIds, rowId } from './row-id.ts'

/**
 * A mapped record under the ids of this database. Its values are packed: bytes that the set-based statements take as they
 * are, outside of the heap, so that they cost the collector nothing.
 */
export interface Row extends PackedValues {
  readonly kind: 'mapped'
  readonly id: string
  readonly remoteId: string
  /** Gem's own mark of deletion. */
  readonly deleted: DeletionMark | null
  /** Wanted parents, by column; null where the record names none. */
  readonly wanted: Readonly<Record<string, string | null>>
  readonly pairs: readonly PairRow[]
  /** The model's, see `MappedRecord`. */
  readonly facts: unknown
  /** Of an application, what foretells its candidate's source; null for all others. */
  readonly origin: Origin | null
  readonly remoteUpdatedAt: string | null
  readonly warnings: number
  /** Of the record, see src/mappers/record-digest.ts; null where it does not tell the row. */
  readonly digest: string | null
}

/** A record that is not mapped yet, since its row is likely to be stored as it is. The text is the record's own. */
export interface ReadRow extends JsonText {
  readonly kind: 'read'
  readonly id: string
  readonly remoteId: string
  readonly digest: string
  /** Gem's id of the record in which this copy was embedded. */
  readonly holder: string | null
}

/** How somebody came to apply, and when (ISO 8601). */
export interface Origin {
  readonly source: string | null
  readonly appliedAt: string | null
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

/** The same where rows may come for which others wait. */
export interface PageContext extends WriteContext {
  /**
   * Whether references or join rows of the account wait for a parent since an earlier transaction. Of its own none does:
   * what a page embeds is written after its holders, and no row has a parent in its own table.
   */
  readonly waiting: boolean
}

/** Of several rows with one id the last: it is the later read. */
export function latestRows(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [row.id, row])).values()]
}

/** @param told what tells the row; null where nothing does. Its `json` is null where that is to be written anew. */
export function toRow(model: Model, ids: RowIds, record: MappedRecord, told: Told | null): Row {
  const id = ids.of(model.table, record.remoteId)
  const wanted: Record<string, string | null> = {}
  for (const [column, table] of Object.entries(model.references)) {
    const parent = record.references[column] ?? null
    wanted[column] = parent === null ? null : ids.of(table, parent)
  }
  const { kind, remoteId, deleted, facts, warnings, columns } = record
  const values = {
    ...columns,
    remote_id: remoteId,
    deleted: deleted !== null,
    deleted_at: deleted?.at ?? null,
    implied_key: record.impliedKey,
  }
  return {
    ...{ kind, id, remoteId, deleted, wanted, facts, warnings },
    digest: told?.digest ?? null,
    pairs: toPairs(model, ids, id, record),
    origin: model.table === 'applications' ? originOf(record) : null,
    remoteUpdatedAt: textOrNull(columns.remote_updated_at),
    ...packValues(model, values, remoteDataOf(record, told)),
  }
}

type Told = Omit<DigestedRecord, 'json'> & { readonly json: DigestedRecord['json'] | null }

/** Long, and there already where nothing had to be made storable. */
function remoteDataOf({ remoteData, isAsSent }: MappedRecord, told: Told | null): string | PartialText {
  return (isAsSent && told?.json) || JSON.stringify(remoteData)
}

function originOf({ columns: { custom_fields, remote_created_at } }: MappedRecord): Origin {
  const source = isJsonObject(custom_fields) ? custom_fields.source : null
  return { source: textOrNull(source), appliedAt: textOrNull(remote_created_at) }
}

const textOrNull = (value: unknown) => (typeof value === 'string' ? value : null)

export function jsonText(json: string): JsonText {
  const bytes = Buffer.from(json)
  return { bytes, start: 0, end: bytes.length }
}

export const textOf = ({ bytes, start, end }: JsonText) => bytes.toString('utf8', start, end)

/** The row with other values than its record has: no digest of the record tells it. */
export function withValues(model: Model, row: Row, values: RowValues): Row {
  return { ...row, digest: null, ...packValues(model, values) }
}

function toPairs(model: Model, ids: RowIds, owner: string, record: MappedRecord): PairRow[] {
  const { join } = model
  if (join === undefined) return []
  return record.pairs.map((pair) => ({
    id: rowId(ids.account, join.table, record.remoteId, pair.parent),
    owner,
    parent: ids.of(join.parentTable, pair.parent),
    roles: pair.roles ?? null,
  }))
}

/**
 * Joins the stored row of an id as `r`, null where there is none. Each is looked up by itself: a plan that is made while
 * a table is small, and kept, would read it from end to end once it is large.
 */
export const storedRow = (table: RawBuilder<unknown>, id: string) =>
  sql`left join lateral (select * from ${table} where id = ${sql.raw(id)} offset 0) as r on true`

/** The JSON text of a parameter that `jsonb_to_recordset` reads. */
export function recordset(rows: readonly JsonObject[]): string {
  return JSON.stringify(rows)
}
