import type { StreamName } from '../streams.ts'
import {
  type Batch,
  copiesOf,
  countWarnings,
  countWellRead,
  type MappedBatch,
  mapOthers,
  mappedOf,
} from './batch.ts'
import type { Db } from './connect.ts'
import { type Found, type Known, newWithParents } from './find-stored.ts'
import { followChanges, noChanges } from './follow-changes.ts'
import { withoutOutdated } from './outdated-copies.ts'
import { unpackValues } from './packed-values.ts'
import { keepDigests, unchangedRows } from './record-digests.ts'
import { type RefusedRow, writeCarefully } from './refused-values.ts'
import { keepRejected, type Reject, resolveRejected } from './rejected-records.ts'
import { blankBatch, blankBelongings } from './retention/blank-page.ts'
import { blankRaw } from './retention/blank-record.ts'
import type { PageContext, Row } from './rows.ts'
import { comparePairs, type WriteCounts, type Written, writeRows } from './write-page.ts'

/** What a page brings. */
export interface PageRecords {
  /** The stream's own records. */
  readonly page: Batch
  /** Those that came along in them. */
  readonly embedded: Batch | null
}

/** What the database is asked before rows are written. */
export type Asked =
  /** Which are stored as their records want them: likely all, and then they need not be compared column by column. */
  | 'unchanged'
  /** Which are stored, and which of their parents are missing. */
  | 'stored'
  /** They are taken for new and their parents for present: PostgreSQL refuses a page of which it is not so. */
  | 'nothing'

/** How the records of a page are written. */
export interface Writing {
  readonly trx: Db
  readonly context: PageContext
  readonly runId: string
  readonly blankDeletedBefore: Date | null
  /** Streams of which records are rejected at present. */
  readonly rejecting: ReadonlySet<StreamName>
  readonly asks: Asked
  readonly write: Write
}

/** Writes a batch's rows, given those that came along in them. */
export type Write = (
  trx: Db,
  context: PageContext,
  batch: MappedBatch,
  embedded: readonly Row[],
  known: Known | Found,
) => Promise<Written & { readonly refused: readonly RefusedRow[] }>

export const writeAll: Write = async (
  trx,
  context,
  { model, rows, embedded: areCopies },
  embedded,
  known,
) => {
  const written = await writeRows(trx, context, model, rows, embedded, known)
  const changes = written.changes[model.table] ?? []
  await keepDigests(trx, { model, rows, embedded: areCopies, written: changes })
  return { ...written, refused: [] }
}

/** Finds the rows that PostgreSQL refuses; it follows the changes by itself, part by part. */
export const carefully: Write = async (trx, context, batch, embedded) => ({
  ...(await writeCarefully(trx, context, batch.model, copiesOf(batch), embedded)),
  ...noChanges,
  foreseen: new Set(),
})

/** What became of a batch's records. */
export interface BatchOutcome extends WriteCounts {
  readonly rejected: number
}

/** What became of a page's records. */
export interface RecordsOutcome extends BatchOutcome {
  readonly warnings: number
  /** What copies embedded in the page's records came to; null: there were none to look for. */
  readonly embedded: BatchOutcome | null
}

/** Writes the records of a page, with all that follows from them. */
export async function writeRecords(
  writing: Writing,
  { page, embedded }: PageRecords,
): Promise<RecordsOutcome> {
  const { trx, context } = writing
  const cameAlong = embedded ? mappedOf(embedded) : []
  const own = await writeBatch(writing, page, cameAlong, [])
  const along = embedded ? await writeBatch(writing, embedded, [], own.present) : null
  // What was foreseen of copies that came along is right if each of them has become a row.
  const isRight = [embedded?.records.length ?? 0, along?.counts.inserted ?? 0].every(
    (n) => n === cameAlong.length,
  )
  await followChanges(trx, context, along ? [own, along] : [own], isRight ? own.foreseen : new Set())
  await blankBelongings(trx, context, [...own.newlyBlank, ...(along?.newlyBlank ?? [])])
  return {
    ...{ ...own.counts, rejected: own.rejected, warnings: own.warnings + (along?.warnings ?? 0) },
    embedded: along && { ...along.counts, rejected: along.rejected },
  }
}

interface WrittenBatch extends Written {
  readonly rejected: number
  /** Of records that are stored as they are, there are none: see `keepDigests`. */
  readonly warnings: number
  readonly newlyBlank: readonly string[]
  /** Ids of records that have a row now. */
  readonly present: readonly string[]
}

/**
 * @param cameAlong rows that are embedded in the batch's records, as far as they are mapped.
 * @param present rows that the page has written before.
 */
async function writeBatch(
  { trx, context, runId, blankDeletedBefore, rejecting, asks, write }: Writing,
  given: Batch,
  cameAlong: readonly Row[],
  present: readonly string[],
): Promise<WrittenBatch> {
  const unchanged =
    asks === 'unchanged' ? await unchangedRows(trx, given.model, given.rows) : new Set<string>()
  const same = given.rows.filter((row) => row.kind === 'mapped').filter((row) => unchanged.has(row.id))
  await comparePairs(trx, context, given.model, same)
  const differing = mapOthers(given, unchanged)
  const { batch, persons, blank } = await blankBatch(trx, context, blankDeletedBefore, differing)
  const { rows, known } =
    asks === 'nothing' ? { rows: batch.rows, known: newWithParents } : await withKnown(trx, batch, present)
  const { refused, counts, ...written } = await write(trx, context, { ...batch, rows }, cameAlong, known)
  const refusedIds = new Set(refused.map(({ row }) => row.id))
  const { rejects, resolved } = verdicts(batch, refused, blank)
  await keepRejected(trx, context, runId, batch.stream, rejects)
  if (rejecting.has(batch.stream)) await resolveRejected(trx, context, batch.stream, resolved)
  const { inserted, updated } = counts
  return {
    ...written,
    counts: { ...counts, unchanged: countWellRead(batch) - inserted - updated - refused.length },
    rejected: rejects.length,
    warnings: countWarnings(batch),
    newlyBlank: inserted + updated + rejects.length > 0 ? persons : [],
    present: [...unchanged, ...rows.map(({ id }) => id).filter((id) => !refusedIds.has(id))],
  }
}

/** The rows that are to be written, and what the page knows of them. */
async function withKnown(
  trx: Db,
  batch: MappedBatch,
  present: readonly string[],
): Promise<{ rows: readonly Row[]; known: Known }> {
  if (!batch.embedded) return { rows: batch.rows, known: { stored: null, present: new Set(present) } }
  const { rows, stored } = await withoutOutdated(trx, batch.rows)
  return { rows, known: { stored, present: new Set(present) } }
}

/** Where a page has a record twice, the later copy decides whether it counts as rejected. */
function verdicts(
  { model, records }: Batch,
  refused: readonly RefusedRow[],
  blank: ReadonlySet<string>,
): { rejects: readonly Reject[]; resolved: readonly (string | null)[] } {
  const isWell = refused.length === 0 && records.every((record) => record.kind !== 'rejected')
  if (isWell) return { rejects: [], resolved: records.map((record) => record.remoteId) }
  const unreadable: Reject[] = []
  const verdict = new Map<string, Reject | null>()
  for (const record of records) {
    if (record.kind !== 'rejected') verdict.set(record.remoteId, null)
    else if (record.remoteId === null) unreadable.push(record)
    else verdict.set(record.remoteId, record)
  }
  for (const { row, reason } of refused) {
    const { remoteId } = row
    const raw = blank.has(remoteId) ? blankRaw(remoteId) : unpackValues(model, row).remote_data
    verdict.set(remoteId, { remoteId, reason, raw })
  }
  const known = [...verdict.values()].filter((reject) => reject !== null)
  const resolved = [...verdict].filter(([, reject]) => reject === null).map(([id]) => id)
  return { rejects: [...unreadable, ...known], resolved }
}
