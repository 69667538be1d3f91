import { sql } from 'kysely'
import type { Db } from '../../src/database/connect.ts'

/** What a schema offers to the statements of its workers and readers, and what it demands of the rows they write. */
export interface SchemaContract {
  readonly tables: ReadonlySet<string>
  /** `sync.runs.state text`, `unique (…) where …` for ON CONFLICT, `gem_ats_sync_worker: insert sync.runs` … */
  readonly offers: ReadonlySet<string>
  /** By table, and in words of PostgreSQL. */
  readonly demands: readonly { readonly table: string; readonly demand: string }[]
}

export async function readContract(db: Db): Promise<SchemaContract> {
  const { rows: relations } = await sql<{ table: string }>`
    select oid::regclass::text as table from pg_class where relkind = 'r' and ${inOurs('relnamespace')}`.execute(
    db,
  )
  const { rows: offers } = await sql<{ offer: string }>`${columns} union all ${arbiters} union all ${rights}
    union all ${functions}`.execute(db)
  const { rows: demands } = await sql<{ table: string; demand: string }>`
    ${required} union all ${constraints} union all ${uniqueness}`.execute(db)
  return {
    tables: new Set(relations.map(({ table }) => table)),
    offers: new Set(offers.map(({ offer }) => offer)),
    demands,
  }
}

/** What statements of before would miss. */
export function takenAway(before: SchemaContract, after: SchemaContract): string[] {
  return [...before.offers].filter((offer) => !after.offers.has(offer))
}

/** What rows as they were written before may not meet. */
export function addedDemands(before: SchemaContract, after: SchemaContract): string[] {
  const known = new Set(before.demands.map(({ demand }) => demand))
  return after.demands
    .filter(({ table, demand }) => before.tables.has(table) && !known.has(demand))
    .map(({ demand }) => demand)
}

const inOurs = (column: string) => sql.raw(`${column} in ('ats'::regnamespace, 'sync'::regnamespace)`)

/** Kysely's own tables are no worker's. */
const notOfKysely = (column: string) => sql.raw(`${column}::regclass::text not like 'sync.kysely%'`)

const columns = sql`
  select format('%s.%s %s', c.oid::regclass, a.attname, format_type(a.atttypid, a.atttypmod)) as offer
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind in ('r', 'v') and ${inOurs('c.relnamespace')}`

const uniqueIndexes = sql`
  select i.indrelid, format('%s: unique %s', i.indrelid::regclass,
    regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', '')) as text
  from pg_index i join pg_class c on c.oid = i.indrelid
  where i.indisunique and ${inOurs('c.relnamespace')} and ${notOfKysely('c.oid')}`

/** For ON CONFLICT. */
const arbiters = sql`select text as offer from (${uniqueIndexes}) as unique_index`

const uniqueness = sql`select indrelid::regclass::text as table, text as demand from (${uniqueIndexes}) as unique_index`

const rights = sql`
  select format('%s: %s %s', role, what, c.oid::regclass) as offer
  from pg_class c, unnest(array['gem_ats_sync_worker', 'ats_reader']) role,
    unnest(array['select', 'insert', 'update', 'delete']) what
  where c.relkind in ('r', 'v') and ${inOurs('c.relnamespace')} and has_table_privilege(role, c.oid, what)`

const functions = sql`
  select oid::regprocedure::text as offer from pg_proc where ${inOurs('pronamespace')}`

const required = sql`
  select c.oid::regclass::text as table, format('%s.%s has to be given', c.oid::regclass, a.attname) as demand
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  where c.relkind = 'r' and ${inOurs('c.relnamespace')} and a.attnotnull and not a.atthasdef and a.attidentity = ''`

/** Foreign keys and checks; uniqueness is told by the indexes. */
const constraints = sql`
  select conrelid::regclass::text as table, format('%s: %s', conrelid::regclass, pg_get_constraintdef(oid)) as demand
  from pg_constraint where contype in ('f', 'c', 'x') and ${inOurs('connamespace')}`
