import { type RawBuilder, sql } from 'kysely'
import type { Model } from '../mappers/model.ts'
import type { Db } from './connect.ts'
import type { Change, ReadRow, Row } from './rows.ts'
import { uuids } from './uuid-array.ts'

/**
 * Which of the rows are stored as they are: the digest of their record is one that was kept with this very version of the
 * stored row (its `xmin`). Whatever else writes a row, be it a computed value, a deletion mark, retention or a person,
 * makes a new version of it, so that it is compared column by column again. Most rows of most syncs are told from here,
 * without being mapped, sent to PostgreSQL, parsed and compared.
 */
export async function unchangedRows(
  trx: Db,
  model: Model,
  rows: readonly (Row | ReadRow)[],
): Promise<Set<string>> {
  const known = rows.filter(hasDigest)
  if (known.length === 0) return new Set()
  // Looked up one by one, lest a table without statistics is read from end to end. The others are told, which are fewer.
  const { rows: others } = await sql<{ id: string }>`
    select i.id from ${input(known)}
    left join lateral (
      select * from sync.record_digests where id = i.id and i.digest in (digest, embedded_digest) offset 0
    ) as kept on true
    left join lateral (
      select true as unchanged from ${tableOf(model)} r where r.id = i.id and (
        kept.digest = i.digest and kept.row_version = r.xmin
        or kept.embedded_digest = i.digest and kept.embedded_row_version = r.xmin) offset 0
    ) as stored on true
    where stored.unchanged is null`.execute(trx)
  const unchanged = new Set(known.map(({ id }) => id))
  for (const { id } of others) unchanged.delete(id)
  return unchanged
}

/** Rows whose digests are kept. */
export interface Kept {
  readonly model: Model
  readonly rows: readonly Row[]
  /** Their records are copies that are embedded in others: each kind of record has a digest of its own. */
  readonly embedded: boolean
  /** What this transaction has written of them; the others were compared and found equal. */
  readonly written: readonly Change[]
}

/** Keeps the digests of rows that are stored as they are now. What a record has warned of is counted whenever it is read. */
export async function keepDigests(trx: Db, kept: Kept): Promise<void> {
  const quiet = kept.rows.filter((row) => row.warnings === 0).filter(hasDigest)
  const columns = kept.embedded ? ofCopies : ofOwn
  const isNew = new Map(kept.written.map(({ id, inserted }) => [id, inserted]))
  const those = (added: boolean | undefined) => quiet.filter(({ id }) => isNew.get(id) === added)
  await keepOfWritten(trx, columns, those(true), { added: true })
  await keepOfWritten(trx, columns, those(false), { added: false })
  await keepOfEqual(trx, kept.model, columns, those(undefined))
}

/** A digest, and the version of the row for which it was kept. */
interface DigestColumns {
  readonly digest: RawBuilder<unknown>
  readonly version: RawBuilder<unknown>
}

const ofOwn: DigestColumns = { digest: sql.ref('digest'), version: sql.ref('row_version') }
const ofCopies: DigestColumns = {
  digest: sql.ref('embedded_digest'),
  version: sql.ref('embedded_row_version'),
}

/**
 * The version of a row is the transaction that wrote it, whatever else of it the same transaction still writes. Rows that
 * were added have no digests: one that is left of a row that somebody has deleted refuses the page, which is then written
 * carefully, without digests.
 */
async function keepOfWritten(
  trx: Db,
  { digest, version }: DigestColumns,
  rows: readonly Known[],
  { added }: { readonly added: boolean },
): Promise<void> {
  if (rows.length === 0) return
  const overwrite = sql`
    order by i.id on conflict (id) do update
      set ${digest} = excluded.${digest}, ${version} = excluded.${version}`
  await sql`
    insert into sync.record_digests (id, ${digest}, ${version})
    select i.id, i.digest, pg_current_xact_id()::xid from ${input(rows)}
    ${added ? sql`` : overwrite}`.execute(trx)
}

async function keepOfEqual(
  trx: Db,
  model: Model,
  { digest, version }: DigestColumns,
  rows: readonly Known[],
): Promise<void> {
  if (rows.length === 0) return
  await sql`
    insert into sync.record_digests (id, ${digest}, ${version})
    select i.id, i.digest, stored.row_version from ${input(rows)}
    cross join lateral (
      select r.xmin as row_version from ${tableOf(model)} r where r.id = i.id offset 0
    ) as stored
    left join lateral (
      select ${digest} as digest, ${version} as row_version
      from sync.record_digests where id = i.id offset 0
    ) as kept on true
    where (kept.row_version, kept.digest) is distinct from (stored.row_version, i.digest)
    order by i.id
    on conflict (id) do update
      set ${digest} = excluded.${digest}, ${version} = excluded.${version}`.execute(trx)
}

type Known = { readonly id: string; readonly digest: string }

const hasDigest = <T extends Row | ReadRow>(row: T): row is T & Known => row.digest !== null

const input = (rows: readonly Known[]) => sql`
  unnest(${uuids(rows.map((row) => row.id))}::uuid[], ${uuids(rows.map((row) => row.digest))}::uuid[]) as i (id, digest)`

const tableOf = ({ table }: Model) => sql.table(`ats.${table}`)
