import { sql } from 'kysely'
import type { Db } from '../database/connect.ts'
import { rowId } from '../database/row-id.ts'
import { CredentialsRefusedError, OtherTeamError } from '../errors.ts'
import { isJsonObject } from '../json.ts'
import { type StreamName, streams } from '../streams.ts'
import type { SliceInput } from './slice.types.ts'
import type { SliceContext } from './slice-context.ts'
import { queryOf } from './steps.ts'

/** Small lists that every company has. */
const compared: readonly StreamName[] = ['users', 'jobs']

const perPage = 500

/**
 * Makes sure, before the first commit under a new key, that it is a key of the same company: at least half of a page
 * of users, and of jobs, has to be known already (ids that were migrated or are counted up may coincide by chance).
 * What has no rows yet, or may not be read, is not compared.
 *
 * @throws OtherTeamError if the key shows other users or jobs than those that are mirrored.
 */
export async function compareKey({ db, gem, signal }: SliceContext, { account }: SliceInput): Promise<void> {
  for (const stream of compared) {
    const known = await countKnown(db, account, stream)
    const ids = known === 0 ? null : await readIds(stream, gem, signal)
    if (ids === null) continue
    const shared = await countKnown(db, account, stream, ids)
    if (shared * 2 >= Math.min(known, ids.length) && shared > 0) continue
    throw new OtherTeamError(
      `the API key of ${account} shows other ${stream} than those that are mirrored: it seems to belong to another Gem ` +
        `team, so nothing was written. Store the right key (gem-ats-sync account set-key ${account}), or add that team ` +
        'as an account of its own',
    )
  }
}

/** The ids on a list's first page; null if the key may not read it. */
async function readIds(
  stream: StreamName,
  gem: SliceContext['gem'],
  signal: AbortSignal,
): Promise<string[] | null> {
  try {
    const { records } = await gem.fetchPage({
      path: streams[stream].path,
      page: 1,
      perPage,
      query: queryOf(stream, { step: { kind: 'whole' }, since: null }),
      signal,
    })
    return records.flatMap((record) =>
      isJsonObject(record) && typeof record.id === 'string' ? [record.id] : [],
    )
  } catch (error) {
    if (error instanceof CredentialsRefusedError) return null
    throw error
  }
}

/** Rows of the stream's table: all, or those with one of the given ids. */
async function countKnown(
  db: Db,
  account: string,
  stream: StreamName,
  ids: readonly string[] | null = null,
): Promise<number> {
  const among =
    ids === null
      ? sql``
      : sql`and id = any(${ids.map((id) => rowId(account, streams[stream].model, id))}::uuid[])`
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from ${sql.table(`ats.${streams[stream].model}`)}
    where account = ${account} ${among}`.execute(db)
  return rows[0]?.count ?? 0
}
