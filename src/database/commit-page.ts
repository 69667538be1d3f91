import { type RawBuilder, sql } from 'kysely'
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
import { advanceCursor, type Cursor } from './checkpoints.ts'
import type { Db } from './connect.ts'
import type { AccountState, RunMode } from './database-types.ts'
import { followChanges, noChanges } from './follow-changes.ts'
import { lockAccount } from './lock-account.ts'
import { withoutOutdated } from './outdated-copies.ts'
import { isRefusedValue, type RefusedRow, writeCarefully } from './refused-values.ts'
import { keepRejected, type Reject, resolveRejected } from './rejected-records.ts'
import { blankBatch, blankBelongings } from './retention/blank-page.ts'
import { blankRaw } from './retention/blank-record.ts'
import { keepDigests, unchangedRows } from './row-digests.ts'
import { rowId } from './row-id.ts'
import { type PageContext, type Row, unpack } from './rows.ts'
import { readUnsettled } from './unsettled.ts'
import { uuids } from './uuid-array.ts'
import { comparePairs, type WriteCounts, type Written, writeRows } from './write-page.ts'

export interface PageCommit {
  readonly account: string
  readonly runId: string
  readonly mode: RunMode
  readonly stream: StreamName
  /** From the lease of the attempt that read the page. */
  readonly fence: number
  /** Rows are likely to be stored as they are: worth a look before they are compared column by column. */
  readonly looksUp: boolean
  /** Where the next page begins. */
  readonly cursor: Cursor
  /** The stream's own records. */
  readonly page: Batch
  /** Those that came along in them. */
  readonly embedded: Batch | null
  /** Calls to Gem since the last commit, failed ones included. */
  readonly requests: number
}

export interface PageOutcome extends WriteCounts {
  readonly rejected: number
  readonly warnings: number
  /** What copies embedded in the page's records came to; null: there were none to look for. */
  readonly embedded: WriteCounts | null
  /** The account's state as the commit saw it: whether to go on. */
  readonly accountState: AccountState
}

/**
 * Commits a page in one transaction: its rows, what follows from them, its rejects, the ids that it saw, its counters
 * and the cursor. All of it is kept, or nothing.
 *
 * @throws FencedError if a newer attempt has taken the stream over, or the account is gone.
 */
export async function commitPage(db: Db, commit: PageCommit): Promise<PageOutcome> {
  try {
    return await db.transaction().execute((trx) => writePage(trx, commit, writeAll))
  } catch (error) {
    if (!isRefusedValue(error)) throw error
    // Only a page with a value that PostgreSQL refuses pays for the savepoints that find it.
    return await db.transaction().execute((trx) => writePage(trx, commit, carefully))
  }
}

/** Writes a batch's rows, given those that came along in them. */
type Write = (
  trx: Db,
  context: PageContext,
  batch: MappedBatch,
  embedded: readonly Row[],
) => Promise<Written & { readonly refused: readonly RefusedRow[] }>

const writeAll: Write = async (trx, context, { model, rows, embedded: areCopies }, embedded) => {
  const written = await writeRows(trx, context, model, rows, embedded)
  const changes = written.changes[model.table] ?? []
  await keepDigests(trx, context, { model, rows, embedded: areCopies, written: changes })
  return { ...written, refused: [] }
}

/** It follows the changes by itself, part by part. */
const carefully: Write = async (trx, context, batch, embedded) => ({
  ...(await writeCarefully(trx, context, batch.model, copiesOf(batch), embedded)),
  ...noChanges,
  foreseen: new Set(),
})

async function writePage(trx: Db, commit: PageCommit, write: Write): Promise<PageOutcome> {
  const { account, cursor, page, embedded } = commit
  const { state: accountState, blankDeletedBefore } = await lockAccount(trx, account)
  const now = await advanceCursor(trx, commit, cursor)
  const { rejecting, waiting } = await readUnsettled(trx, account)
  const context: PageContext = { account, now, waiting }

  const { runId, looksUp } = commit
  const writing: Writing = { trx, context, runId, blankDeletedBefore, rejecting, looksUp, write }
  const cameAlong = embedded ? mappedOf(embedded) : []
  const own = await writeBatch(writing, page, cameAlong)
  const along = embedded ? await writeBatch(writing, embedded, []) : null
  // What was foreseen of copies that came along is right if each of them has become a row.
  const isRight = [embedded?.records.length ?? 0, along?.counts.inserted ?? 0].every(
    (n) => n === cameAlong.length,
  )
  await followChanges(trx, context, along ? [own, along] : [own], isRight ? own.foreseen : new Set())
  await blankBelongings(trx, context, [...own.newlyBlank, ...(along?.newlyBlank ?? [])])

  const warnings = own.warnings + (along?.warnings ?? 0)
  const outcome = { ...own.counts, rejected: own.rejected, warnings }
  await keepBooks(trx, commit, outcome, along && { ...along.counts, rejected: along.rejected })
  return { ...outcome, embedded: along?.counts ?? null, accountState }
}

/** How the batches of a page are written. */
interface Writing {
  readonly trx: Db
  readonly context: PageContext
  readonly runId: string
  readonly blankDeletedBefore: Date | null
  readonly rejecting: ReadonlySet<StreamName>
  readonly looksUp: boolean
  readonly write: Write
}

interface WrittenBatch extends Written {
  readonly rejected: number
  /** Of records that are stored as they are, there are none: see `keepDigests`. */
  readonly warnings: number
  readonly newlyBlank: readonly string[]
}

/** @param cameAlong rows that are embedded in the batch's records, as far as they are mapped. */
async function writeBatch(
  { trx, context, runId, blankDeletedBefore, rejecting, looksUp, write }: Writing,
  given: Batch,
  cameAlong: readonly Row[],
): Promise<WrittenBatch> {
  const unchanged = looksUp ? await unchangedRows(trx, context, given.model, given.rows) : new Set<string>()
  const same = given.rows.filter((row) => row.kind === 'mapped').filter((row) => unchanged.has(row.id))
  await comparePairs(trx, context, given.model, same)
  const differing = mapOthers(given, unchanged)
  const { batch, persons, blank } = await blankBatch(trx, context, blankDeletedBefore, differing)
  const current = batch.embedded ? { ...batch, rows: await withoutOutdated(trx, batch.rows) } : batch
  const { refused, counts, ...written } = await write(trx, context, current, cameAlong)
  const { rejects, resolved } = verdicts(batch, refused, blank)
  await keepRejected(trx, context, runId, batch.stream, rejects)
  if (rejecting.has(batch.stream)) await resolveRejected(trx, context, batch.stream, resolved)
  const { inserted, updated } = counts
  return {
    ...written,
    counts: { ...counts, unchanged: countWellRead(batch) - inserted - updated - refused.length },
    rejected: rejects.length,
    warnings: countWarnings(batch),
    newlyBlank: inserted + updated > 0 ? persons : [],
  }
}

/** Where a page has a record twice, the later copy decides whether it counts as rejected. */
function verdicts(
  { records }: Batch,
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
    const raw = blank.has(remoteId) ? blankRaw(remoteId) : unpack(row).remote_data
    verdict.set(remoteId, { remoteId, reason, raw })
  }
  const known = [...verdict.values()].filter((reject) => reject !== null)
  const resolved = [...verdict].filter(([, reject]) => reject === null).map(([id]) => id)
  return { rejects: [...unreadable, ...known], resolved }
}

/** What a page leaves in its run, in one statement: the ids that it saw, when Gem answered first, its counters. */
async function keepBooks(
  trx: Db,
  commit: PageCommit,
  own: WriteCounts & { readonly rejected: number; readonly warnings: number },
  along: Counts | null,
): Promise<void> {
  const parts = {
    started: startedAt(commit),
    seen: commit.mode === 'full' ? seenIds(commit) : null,
    embedded: along && embeddedCounts(commit, along),
  }
  const given = Object.entries(parts).filter(([, part]) => part !== null)
  const { runId, stream, page, requests } = commit
  const { inserted, updated, unchanged, rejected, warnings } = own
  await sql`
    with ${sql.join(given.map(([name, part]) => sql`${sql.ref(name)} as (${part})`))}
    update sync.run_streams set
      pages = pages + 1, fetched = fetched + ${page.records.length}, inserted = inserted + ${inserted},
      updated = updated + ${updated}, unchanged = unchanged + ${unchanged}, rejected = rejected + ${rejected},
      warnings = warnings + ${warnings}, requests = requests + ${requests}
    where run_id = ${runId} and stream = ${stream}`.execute(trx)
}

type Counts = WriteCounts & { readonly rejected: number }

function startedAt({ runId, cursor }: PageCommit): RawBuilder<unknown> {
  return sql`
    update sync.runs set gem_started_at = ${cursor.startedAt}::timestamptz
    where id = ${runId} and (gem_started_at is null or gem_started_at > ${cursor.startedAt}::timestamptz)`
}

/** A full pass proves absence by what it did see: rejected records with a readable id and embedded copies included. */
function seenIds({ account, runId, cursor, page, embedded }: PageCommit): RawBuilder<unknown> | null {
  const seen = (embedded ? [page, embedded] : [page]).flatMap((batch) => {
    // A record that the page shows twice is there twice: it is a trace of rows that moved.
    const ids = batch.records.flatMap((record) => {
      if (record.kind !== 'rejected') return [record.id]
      return record.remoteId === null ? [] : [rowId(account, batch.model.table, record.remoteId)]
    })
    if (ids.length === 0) return []
    // What windows and look-ups bring is seen as well, but says nothing about how the whole list was read.
    const isAside = batch.embedded || cursor.step.kind !== 'whole'
    return [
      sql`(${runId}::uuid, ${batch.stream}, ${cursor.round}::integer, ${isAside}::boolean, ${uuids(ids)}::uuid[])`,
    ]
  })
  if (seen.length === 0) return null
  return sql`insert into sync.seen_pages (run_id, stream, round, embedded, ids) values ${sql.join(seen)}`
}

/** What embedded copies brought counts for the stream whose records they are, which is read later. */
function embeddedCounts(
  { runId, embedded }: PageCommit,
  { inserted, updated, rejected }: Counts,
): RawBuilder<unknown> | null {
  if (embedded === null || inserted + updated + rejected === 0) return null
  return sql`
    insert into sync.run_streams as s (run_id, stream, state, inserted, updated, rejected, started_at)
    values (${runId}, ${embedded.stream}, 'RUNNING', ${inserted}, ${updated}, ${rejected}, clock_timestamp())
    on conflict (run_id, stream) do update set inserted = s.inserted + excluded.inserted,
      updated = s.updated + excluded.updated, rejected = s.rejected + excluded.rejected`
}
