import type pg from 'pg'
import { type StreamName, streams } from '../../../src/streams.ts'
import { isObject, storableJson } from '../oracle/exact-json.ts'
import { readableId } from '../oracle/shape.ts'

interface Page {
  readonly account: string
  readonly stream: StreamName
  /** As the client parsed them. */
  readonly records: readonly unknown[]
}

/** Records of a page, embedded ones included, that are neither a row nor a rejected record with its reason. */
export async function unaccounted(reader: pg.Pool, page: Page): Promise<string[]> {
  const copies = page.stream === 'candidates' ? page.records.flatMap(embedded) : []
  const batches = [
    page,
    ...(copies.length > 0 ? [{ ...page, stream: 'applications' as const, records: copies }] : []),
  ]
  const lines = await Promise.all(
    batches.flatMap((batch) => [lostById(reader, batch), lostByContent(reader, batch)]),
  )
  return lines.flat()
}

function embedded(record: unknown): unknown[] {
  if (!isObject(record) || !Array.isArray(record.applications)) return []
  return record.applications.filter((application) => application !== null)
}

async function lostById(reader: pg.Pool, { account, stream, records }: Page): Promise<string[]> {
  const ids = records.map(readableId).filter((id) => id !== null)
  const { rows } = await reader.query<{ id: string }>(
    `select distinct wanted.id from unnest($3::text[]) as wanted (id)
    where not exists (select from ats.${streams[stream].model} r where r.account = $1 and r.remote_id = wanted.id)
      and not exists (select from sync.rejected_records r
        where r.account = $1 and r.stream = $2 and r.remote_id = wanted.id and r.resolved_at is null and r.reason <> '' and r.raw is not null)`,
    [account, stream, ids],
  )
  return rows.map(({ id }) => `${stream} ${id}: neither a row nor a rejected record`)
}

/** Digits that exponents add in print: of a record with too many, some numbers are left out. */
function digitsAdded(record: unknown): number {
  const exponents = JSON.stringify(record)?.matchAll(/\de\+?(\d{1,5})(?!\d)/gi) ?? []
  return [...exponents].reduce((sum, [, exponent]) => sum + Number(exponent), 0)
}

/** A record without a readable id is known by its content alone. */
async function lostByContent(reader: pg.Pool, { account, stream, records }: Page): Promise<string[]> {
  const nameless = records.filter(
    (record) => readableId(record) === null && depthOf(record) < 900 && digitsAdded(record) < 900_000,
  )
  const { rows } = await reader.query<{ raw: string }>(
    `select left(raw::text, 200) as raw from jsonb_array_elements($3::jsonb) as sent (raw)
    where not exists (select from sync.rejected_records r
      where r.account = $1 and r.stream = $2 and r.remote_id is null and r.resolved_at is null
        and md5(r.raw::text) = md5(sent.raw::text))`,
    [account, stream, JSON.stringify(storableJson(nameless))],
  )
  return rows.map(({ raw }) => `${stream}: no rejected record ${raw}`)
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((deepest: number, part) => Math.max(deepest, 1 + depthOf(part)), 1)
}

/** What no row and no reason may ever hold. */
export async function problemsInRows(reader: pg.Pool, account: string): Promise<string[]> {
  const { rows } = await reader.query<{ problem: string }>(
    `select problem from (${Object.values(forbidden).join(' union all ')}) as found (problem) limit 20`,
    [account],
  )
  return [...rows.map(({ problem }) => problem), ...(await strangeReasons(reader, account))]
}

const isSafe = (link: string) => `${link} ~* '^https?://[^[:space:]]+$'`

const timeColumns: readonly [table: string, ...columns: string[]][] = [
  ['users', 'remote_deleted_at'],
  ['jobs', 'opened_at', 'closed_at', 'remote_created_at', 'remote_updated_at', 'remote_deleted_at'],
  ['job_postings', 'remote_created_at', 'remote_updated_at', 'remote_deleted_at'],
  ['candidates', 'remote_created_at', 'remote_updated_at', 'remote_deleted_at'],
  ['applications', 'rejected_at', 'remote_created_at', 'remote_updated_at', 'remote_deleted_at'],
  ['interviews', 'starting_at', 'ending_at', 'remote_created_at', 'remote_updated_at', 'remote_deleted_at'],
]

const forbidden = {
  links: `select 'a posting links to ' || url from ats.job_postings where account = $1 and not ${isSafe('url')}`,
  jobLinks: `select 'a job links to ' || post_url from ats.jobs where account = $1 and not ${isSafe('post_url')}`,
  socialMedia: `select 'a candidate links to ' || (entry ->> 'link')
    from ats.candidates, jsonb_array_elements(social_media) as entry
    where account = $1 and not ${isSafe("(entry ->> 'link')")}`,
  // Words like now and infinity are times to PostgreSQL, and to nobody else.
  times: timeColumns
    .flatMap(([table, ...columns]) =>
      columns.map(
        (column) =>
          `select '${table}.${column} is infinite' from ats.${table} where account = $1 and not isfinite(${column})`,
      ),
    )
    .join(' union all '),
}

/** Field paths and JSON types: never a value. */
const reason =
  /^(record|[a-z_0-9.[\]]+): (expected [a-z ]+, received [a-z]+|empty|nested too deeply|a number has more digits than PostgreSQL can store|its numbers have more digits than it may take to print them|longer than 1,000 bytes|has U\+0000 or a lone surrogate)$/

async function strangeReasons(reader: pg.Pool, account: string): Promise<string[]> {
  const { rows } = await reader.query<{ reason: string; raw: string }>(
    'select reason, left(raw::text, 500) as raw from sync.rejected_records where account = $1',
    [account],
  )
  const strange = rows.filter((row) => !row.reason.split('; ').every((part) => reason.test(part)))
  return strange.map((row) => `the reason ${row.reason} of ${row.raw}`)
}
