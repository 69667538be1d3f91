import pg from 'pg'
import { type StreamName, streamNames, streams } from '../../src/streams.ts'

/** A list of Gem's as a table of raw objects: what the loaders that map nothing write. */
export interface RawList {
  readonly table: string
  /** Path and query of the list, without the page. */
  readonly query: string
  readonly url: (page: number) => string
}

export const perPage = 500

export const rawLists: readonly RawList[] = streamNames.map((name) => ({
  table: `raw.${name}`,
  query: listQuery(name),
  url: (page) => listUrl(name, page),
}))

export const listUrl = (name: StreamName, page: number) =>
  `${listQuery(name)}&page=${page}&per_page=${perPage}`

function listQuery(name: StreamName): string {
  const { path, includeDeleted } = streams[name]
  return includeDeleted ? `${path}?include_deleted=true` : `${path}?`
}

export async function connectRaw(databaseUrl: string, connections: number): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: connections })
  await pool.query('create schema raw')
  for (const { table } of rawLists)
    await pool.query(`create table ${table} (id text primary key, data jsonb)`)
  return pool
}
