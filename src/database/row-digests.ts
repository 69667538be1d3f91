import { sql } from 'kysely'
import type { Model } from '../mappers/model.ts'
import type { Db } from './connect.ts'
import { type Row, uuids, type WriteContext } from './rows.ts'

/**
 * Which of the rows are stored as they are: their digest is the one that was kept with this very version of the stored
 * row (its `xmin`). Whatever else writes a row, be it a computed value, a deletion mark, retention or a person, makes a
 * new version of it, so that it is compared column by column again. Most rows of most syncs are told from here, without
 * being sent to PostgreSQL, parsed and compared.
 */
export async function unchangedRows(
  trx: Db,
  { account }: WriteContext,
  model: Model,
  rows: readonly Row[],
): Promise<Set<string>> {
  if (rows.length === 0) return new Set()
  // Looked up one by one, lest a table without statistics is read from end to end.
  const { rows: unchanged } = await sql<{ id: string }>`
    select i.id from ${input(rows)}
    cross join lateral (
      select row_version from sync.row_digests where account = ${account} and id = i.id and digest = i.digest offset 0
    ) as kept
    cross join lateral (
      select from ${tableOf(model)} r where r.id = i.id and r.xmin = kept.row_version offset 0
    ) as stored`.execute(trx)
  return new Set(unchanged.map((row) => row.id))
}

/**
 * Keeps the digests of rows that are stored as they are now.
 *
 * @param written those of them that this transaction has written; the others were compared and found equal.
 */
export async function keepDigests(
  trx: Db,
  context: WriteContext,
  model: Model,
  rows: readonly Row[],
  written: ReadonlySet<string>,
): Promise<void> {
  await keepOfWritten(
    trx,
    context,
    rows.filter((row) => written.has(row.id)),
  )
  await keepOfEqual(
    trx,
    context,
    model,
    rows.filter((row) => !written.has(row.id)),
  )
}

/** The version of a row is the transaction that wrote it, whatever else of it the same transaction still writes. */
async function keepOfWritten(trx: Db, { account }: WriteContext, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return
  await sql`
    insert into sync.row_digests (account, id, digest, row_version)
    select ${account}, i.id, i.digest, pg_current_xact_id()::xid from ${input(rows)} order by i.id
    on conflict (account, id) do update set digest = excluded.digest, row_version = excluded.row_version`.execute(
    trx,
  )
}

/**
 * Where a digest is kept for the stored version already, it stays: copies that differ in nothing that counts (one is
 * embedded in a candidate and leaves out whose it is) would overwrite each other's at every sync.
 */
async function keepOfEqual(
  trx: Db,
  { account }: WriteContext,
  model: Model,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return
  await sql`
    insert into sync.row_digests (account, id, digest, row_version)
    select ${account}, i.id, i.digest, stored.row_version from ${input(rows)}
    cross join lateral (
      select r.xmin as row_version from ${tableOf(model)} r where r.id = i.id offset 0
    ) as stored
    left join lateral (
      select row_version from sync.row_digests where account = ${account} and id = i.id offset 0
    ) as kept on true
    where kept.row_version is distinct from stored.row_version
    order by i.id
    on conflict (account, id) do update set digest = excluded.digest, row_version = excluded.row_version`.execute(
    trx,
  )
}

const input = (rows: readonly Row[]) => sql`
  unnest(${uuids(rows.map((row) => row.id))}::uuid[], ${uuids(rows.map((row) => row.digest))}::uuid[]) as i (id, digest)`

const tableOf = ({ table }: Model) => sql.table(`ats.${table}`)
