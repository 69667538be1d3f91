import { sql } from 'kysely'
import type { Model } from '../mappers/model.ts'
import type { StreamName } from '../streams.ts'
import { advanceCursor, type Cursor } from './checkpoints.ts'
import type { Db } from './connect.ts'
import { followChanges, noFactsChanges } from './follow-changes.ts'
import { lockAccount } from './lock-account.ts'
import { blankGone } from './retention/blank-page.ts'
import type { Change } from './rows.ts'

/** A full pass of one stream, whose seen ids are stored. */
export interface FullPass {
  readonly account: string
  readonly runId: string
  readonly stream: StreamName
  readonly model: Model
}

export interface Row {
  readonly id: string
  readonly remoteId: string
}

export interface AbsenceCounts {
  /** Rows of the model that are not marked as deleted. */
  readonly alive: number
  /** Those of them that no page of this run has shown. */
  readonly absent: number
  /** Those of the absent that the last full pass held back already. */
  readonly heldBack: number
}

export async function countAbsences(db: Db, pass: FullPass): Promise<AbsenceCounts> {
  return await joiningWhole(db, async (trx) => {
    const { rows } = await sql<AbsenceCounts>`
      with seen as (${seenIds(pass)}), held as (${heldBackIds(pass)})
      select count(*)::int as alive, (count(*) filter (where s.id is null))::int as absent,
        (count(*) filter (where s.id is null and h.id is not null))::int as "heldBack"
      from ${tableOf(pass)} r left join seen s on s.id = r.id left join held h on h.id = r.id
      where r.account = ${pass.account} and r.remote_deleted_at is null`.execute(trx)
    return rows[0] ?? { alive: 0, absent: 0, heldBack: 0 }
  })
}

/** Which absent rows: all of them, those that the last full pass held back, or all with the others first. */
export type Which = 'all' | 'held back' | 'others first'

/** The next rows that no page of this run has shown, by id. */
export async function listAbsent(
  db: Db,
  pass: FullPass,
  limit: number,
  which: Which = 'all',
): Promise<Row[]> {
  return await joiningWhole(db, async (trx) => {
    const isHeld = sql`exists (select from held h where h.id = r.id)`
    const { rows } = await sql<Row>`
      with held as (${heldBackIds(pass)})
      select r.id, r."remoteId" from (${absentRows(pass)}) r
      ${which === 'held back' ? sql`where ${isHeld}` : sql``}
      order by ${which === 'others first' ? sql`${isHeld},` : sql``} r.id limit ${limit}`.execute(trx)
    return rows
  })
}

/** How many of these rows are not marked as deleted. */
export async function countAlive(db: Db, pass: FullPass, rows: readonly Row[]): Promise<number> {
  const ids = rows.map((row) => row.id)
  const { rows: counts } = await sql<{ count: number }>`
    select count(*)::int as count from ${tableOf(pass)}
    where id = any(${ids}::uuid[]) and remote_deleted_at is null`.execute(db)
  return counts[0]?.count ?? 0
}

/**
 * Both sides of these joins are all of an account's rows. Of a table that has just been filled PostgreSQL knows no
 * statistics and takes them for few: it would compare each with each.
 */
export async function joiningWhole<T>(db: Db, query: (trx: Db) => Promise<T>): Promise<T> {
  return await db.transaction().execute(async (trx) => {
    await sql`set local enable_nestloop = off`.execute(trx)
    return await query(trx)
  })
}

/** A row that this run has seen alive: a look that does not find it either says nothing about others. */
export async function findControl(db: Db, pass: FullPass): Promise<Row | null> {
  const { rows } = await sql<Row>`
    select r.id, r.remote_id as "remoteId"
    from (select ids from sync.seen_pages where run_id = ${pass.runId} and stream = ${pass.stream} and round is not null) p,
      unnest(p.ids) as s (id) join ${tableOf(pass)} r on r.id = s.id
    where r.remote_deleted_at is null limit 1`.execute(db)
  return rows[0] ?? null
}

/** Whether a reading of the whole list has shown nothing. */
export async function isEmptyReading(db: Db, { runId, stream }: FullPass, round: number): Promise<boolean> {
  const { rows } = await sql`
    select from sync.seen_pages
    where run_id = ${runId} and stream = ${stream} and round = ${round} limit 1`.execute(db)
  return rows.length === 0
}

/**
 * Whether two readings of the whole list, the first and the second, rested: each showed no row twice, and the second
 * all that the first did. A row that slips through the pages leaves such a trace: where one is missed, another is shown
 * twice, or the one that made room for it is gone from the second reading.
 */
export async function readingsAgree(db: Db, pass: FullPass, first: number, second: number): Promise<boolean> {
  const { rows } = await sql<{ agree: boolean | null }>`
    with shown as (
      select s.id, count(*) filter (where p.round = ${first}) as once, count(*) filter (where p.round = ${second}) as again
      from sync.seen_pages p, unnest(p.ids) as s (id)
      where p.run_id = ${pass.runId} and p.stream = ${pass.stream} and p.round in (${first}, ${second})
      group by s.id
    )
    select bool_and(once <= 1 and again = 1) and bool_or(once = 1) as agree from shown`.execute(db)
  return rows[0]?.agree ?? false
}

/**
 * Marks rows that a second look has proven to be gone, with everything that follows from it, and keeps the cursor.
 *
 * @throws FencedError if a newer attempt has taken the stream over.
 */
export async function markGone(
  db: Db,
  pass: FullPass,
  { leaseEpoch, cursor, ids }: { leaseEpoch: number; cursor: Cursor; ids: readonly string[] },
): Promise<number> {
  const { account, runId, stream, model } = pass
  return await db.transaction().execute(async (trx) => {
    const { blankDeletedBefore } = await lockAccount(trx, account)
    const now = await advanceCursor(trx, { ...pass, leaseEpoch }, cursor)
    const gone = await setGone(trx, model, ids, now)
    // No row has come for which another may wait.
    await followChanges(trx, { account, now, waiting: false }, [
      { changes: { [model.table]: gone }, facts: noFactsChanges },
    ])
    if (model.table === 'candidates') await blankGone(trx, { account, now }, blankDeletedBefore, ids)
    await sql`
      update sync.run_streams set deleted = deleted + ${gone.length}
      where run_id = ${runId} and stream = ${stream}`.execute(trx)
    return gone.length
  })
}

async function setGone(trx: Db, model: Model, ids: readonly string[], now: string): Promise<Change[]> {
  const { rows } = await sql<Change>`
    update ${sql.table(`ats.${model.table}`)} r set ${whenGone(model)}
      remote_deleted_at = ${now}::timestamptz, changed_at = ${now}::timestamptz
    where id = any(${ids}::uuid[]) and remote_deleted_at is null
    returning id, false as inserted, ${references(model)} as previous, ${references(model)} as current`.execute(
    trx,
  )
  return rows
}

function whenGone(model: Model) {
  const columns = Object.entries(model.whenGone ?? {})
  return sql.join(
    columns.map(([name, value]) => sql`${sql.ref(name)} = ${value},`),
    sql` `,
  )
}

function references(model: Model) {
  const pairs = Object.keys(model.references).map((name) => sql`${sql.lit(name)}, r.${sql.ref(name)}`)
  return sql`jsonb_build_object(${sql.join(pairs)})`
}

const tableOf = ({ model }: FullPass) => sql.table(`ats.${model.table}`)

/** Rows that no page of this run has shown, as a query. */
export const absentRows = (pass: FullPass) => sql`
  with seen as (${seenIds(pass)})
  select r.id, r.remote_id as "remoteId" from ${tableOf(pass)} r
  where r.account = ${pass.account} and r.remote_deleted_at is null and not exists (select from seen s where s.id = r.id)`

const heldBackIds = ({ account, stream }: FullPass) =>
  sql`select unnest(ids) as id from sync.held_back_deletions where account = ${account} and stream = ${stream}`

const seenIds = ({ runId, stream }: FullPass) =>
  sql`select distinct unnest(ids) as id from sync.seen_pages where run_id = ${runId} and stream = ${stream}`
