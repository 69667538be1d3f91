import { type RawBuilder, sql } from 'kysely'
import type { PageCommit } from './commit-page.ts'
import type { Db } from './connect.ts'
import { rowId } from './row-id.ts'
import { uuids } from './uuid-array.ts'
import type { BatchOutcome, RecordsOutcome } from './write-records.ts'

/** What a page leaves in its run, in one statement: the ids that it saw, when Gem answered first, its counters. */
export async function keepBooks(
  trx: Db,
  commit: PageCommit,
  { embedded: along, ...own }: RecordsOutcome,
): Promise<void> {
  const parts = {
    started: startedAt(commit),
    seen: seenIds(commit),
    embedded: along && embeddedCounts(commit, along),
  }
  const given = Object.entries(parts).filter(([, part]) => part !== null)
  const { runId, stream, page } = commit
  const { inserted, updated, unchanged, rejected, warnings } = own
  await sql`
    with ${sql.join(given.map(([name, part]) => sql`${sql.ref(name)} as (${part})`))}
    update sync.run_streams set
      pages = pages + 1, fetched = fetched + ${page.records.length}, inserted = inserted + ${inserted},
      updated = updated + ${updated}, unchanged = unchanged + ${unchanged}, rejected = rejected + ${rejected},
      warnings = warnings + ${warnings}, requests = requests + ${commit.takeCalls()}
    where run_id = ${runId} and stream = ${stream}`.execute(trx)
}

function startedAt({ runId, cursor }: PageCommit): RawBuilder<unknown> {
  return sql`
    update sync.runs set gem_started_at = ${cursor.startedAt}::timestamptz
    where id = ${runId} and (gem_started_at is null or gem_started_at > ${cursor.startedAt}::timestamptz)`
}

/**
 * A pass is known to be whole, and a full one proves absence, by what it did see: rejected records with a readable id
 * and embedded copies included.
 */
function seenIds({ account, runId, mode, cursor, page, embedded }: PageCommit): RawBuilder<unknown> | null {
  const seen = (embedded && mode === 'full' ? [page, embedded] : [page]).flatMap((batch) => {
    // A record that the page shows twice is there twice: it is a trace of rows that moved.
    const ids = batch.records.flatMap((record) => {
      if (record.kind !== 'rejected') return [record.id]
      return record.remoteId === null ? [] : [rowId(account, batch.model.table, record.remoteId)]
    })
    if (ids.length === 0) return []
    // Copies and what was looked up belong to no pass over the list, windows to none over the whole of it.
    const pass = batch.embedded || cursor.step.kind === 'absences' ? null : cursor.pass.number
    const round = batch.embedded || cursor.step.kind !== 'whole' ? null : cursor.round
    return [
      sql`(${runId}::uuid, ${batch.stream}, ${pass}::integer, ${round}::integer, ${uuids(ids)}::uuid[])`,
    ]
  })
  if (seen.length === 0) return null
  return sql`insert into sync.seen_pages (run_id, stream, pass, round, ids) values ${sql.join(seen)}`
}

/** What embedded copies brought counts for the stream whose records they are, which is read later. */
function embeddedCounts(
  { runId, embedded }: PageCommit,
  { inserted, updated, rejected }: BatchOutcome,
): RawBuilder<unknown> | null {
  if (embedded === null || inserted + updated + rejected === 0) return null
  return sql`
    insert into sync.run_streams as s (run_id, stream, state, inserted, updated, rejected, started_at)
    values (${runId}, ${embedded.stream}, 'RUNNING', ${inserted}, ${updated}, ${rejected}, clock_timestamp())
    on conflict (run_id, stream) do update set inserted = s.inserted + excluded.inserted,
      updated = s.updated + excluded.updated, rejected = s.rejected + excluded.rejected`
}
