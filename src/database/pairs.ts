import { type RawBuilder, sql } from 'kysely'
import type { Model } from '../mappers/model.ts'
import { models } from '../mappers/registry.ts'
import type { JoinTable } from '../streams.ts'
import { textArray } from './column-arrays.ts'
import type { Db } from './connect.ts'
import { type PageContext, type PairRow, type Row, recordset, storedRow, type WriteContext } from './rows.ts'
import { uuids } from './uuid-array.ts'

type Join = NonNullable<Model['join']>

const joins = Object.values(models).flatMap((model: Model) => (model.join ? [model.join] : []))

/**
 * Brings the join rows of these owners in line with what their records ask for. A pair that is gone is marked, one
 * that is back loses its mark, one whose other parent has no row yet waits for it.
 *
 * @param stored owners that had a row before this transaction: others have no pairs yet.
 */
export async function writePairs(
  trx: Db,
  context: PageContext,
  join: Join,
  rows: readonly Row[],
  missing: ReadonlySet<string>,
  stored: readonly string[],
): Promise<void> {
  const pairs = rows.flatMap((row) => row.pairs)
  const present = pairs.filter((pair) => !missing.has(pair.parent))
  const waiting = pairs.filter((pair) => missing.has(pair.parent))
  const hadRow = new Set(stored)
  const added = present.filter(({ owner }) => !hadRow.has(owner))
  const others = present.filter(({ owner }) => hadRow.has(owner))
  if (added.length > 0) await insertFrom(context, join, wanted(added)).execute(trx)
  if (others.length > 0) await upsertPairs(trx, context, join, others)
  const kept = present.map((pair) => pair.id)
  if (stored.length > 0) await markGonePairs(trx, context, join, stored, kept)
  if (waiting.length > 0 || (stored.length > 0 && context.waiting))
    await rememberWaitingPairs(trx, context, join, stored, recordset(waiting.map((pair) => ({ ...pair }))))
}

/** Writes the join rows that waited for the given new parents. */
export async function settlePairs(trx: Db, context: PageContext, parents: readonly string[]): Promise<void> {
  if (parents.length === 0 || !context.waiting) return
  const settled = await sql<{ table_name: JoinTable; pairs: PairRow[] }>`
    with settled as (delete from sync.waiting_pairs where parent_id = any(${uuids(parents)}::uuid[]) returning *)
    select table_name,
      jsonb_agg(jsonb_build_object('id', pair_id, 'owner', owner_id, 'parent', parent_id, 'roles', to_jsonb(roles))) as pairs
    from settled group by table_name`.execute(trx)
  for (const { table_name, pairs } of settled.rows) {
    const join = joins.find((known) => known.table === table_name)
    if (join) await upsertPairs(trx, context, join, pairs)
  }
}

async function upsertPairs(
  trx: Db,
  context: WriteContext,
  join: Join,
  pairs: readonly PairRow[],
): Promise<void> {
  const differ = sql.raw(hasRoles(join) ? 'r.roles is distinct from w.roles or' : '')
  const insert = insertFrom(context, join, sql`differing`)
  await sql`
    with differing as (
      select w.*, r.id is null as added
      from ${wanted(pairs)} as w
      ${storedRow(sql.table(`ats.${join.table}`), 'w.id')}
      where r.id is null or ${differ} r.remote_deleted_at is not null
    ), added as (
      ${insert} where added order by id
    )
    ${insert} where not added order by id
    on conflict (id) do update set remote_deleted_at = null, changed_at = excluded.changed_at
      ${sql.raw(hasRoles(join) ? ', roles = excluded.roles' : '')}`.execute(trx)
}

function insertFrom(context: WriteContext, join: Join, source: RawBuilder<unknown>): RawBuilder<unknown> {
  const roles = sql.raw(hasRoles(join) ? ', roles' : '')
  return sql`
    insert into ${sql.table(`ats.${join.table}`)} (account, id, ${sql.ref(join.owner)}, ${sql.ref(join.parent)}, changed_at${roles})
    select ${context.account}, id, owner, parent, ${context.now}::timestamptz${roles} from ${source}`
}

const hasRoles = ({ table }: Join) => table === 'job_hiring_team_members'

/** Rows of parameters. */
function wanted(pairs: readonly PairRow[]): RawBuilder<unknown> {
  const ids = (of: (pair: PairRow) => string) => sql`unnest(${uuids(pairs.map(of))}::uuid[])`
  // Roles are words of ours, which need no quotes.
  const roles = textArray(pairs.map((pair) => pair.roles && `{${pair.roles.join()}}`))
  return sql`(select id, owner, parent, roles::text[] from (
    select ${ids(({ id }) => id)} as id, ${ids(({ owner }) => owner)} as owner, ${ids(({ parent }) => parent)} as parent,
      unnest(${roles}::text[]) as roles) as sent)`
}

async function markGonePairs(
  trx: Db,
  context: WriteContext,
  join: Join,
  owners: readonly string[],
  present: readonly string[],
): Promise<void> {
  await sql`
    update ${sql.table(`ats.${join.table}`)}
    set remote_deleted_at = ${context.now}::timestamptz, changed_at = ${context.now}::timestamptz
    where account = ${context.account} and ${sql.ref(join.owner)} = any(${uuids(owners)}::uuid[]) and remote_deleted_at is null
      and id <> all(${uuids(present)}::uuid[])`.execute(trx)
}

async function rememberWaitingPairs(
  trx: Db,
  context: WriteContext,
  join: Join,
  owners: readonly string[],
  waiting: string,
): Promise<void> {
  await sql`
    with waiting as (
      select * from jsonb_to_recordset(${waiting}::jsonb) as w (id uuid, owner uuid, parent uuid, roles text[])
    ), settled as (
      delete from sync.waiting_pairs p
      where p.owner_id = any(${uuids(owners)}::uuid[]) and not exists (select from waiting w where w.id = p.pair_id)
    )
    insert into sync.waiting_pairs as p (account, table_name, pair_id, owner_id, parent_id, roles)
    select ${context.account}, ${join.table}, id, owner, parent, roles from waiting
    on conflict (pair_id) do update set roles = excluded.roles where p.roles is distinct from excluded.roles`.execute(
    trx,
  )
}
