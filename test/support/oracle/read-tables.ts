import pg from 'pg'
import { parseExactly } from './exact-json.ts'
import { pairKey } from './ids.ts'
import {
  type ExpectedTables,
  type JoinTable,
  joinTableNames,
  joinTables,
  mainTables,
  type RejectedRecord,
  type Row,
} from './types.ts'

const JSONB = 3802
/** Numbers in jsonb keep all their digits. */
const types = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === JSONB ? parseExactly : pg.types.getTypeParser(oid, format)) as typeof pg.types.getTypeParser,
}

type Database = pg.Client | pg.Pool | pg.PoolClient

async function rowsOf(database: Database, sql: string, account: string): Promise<Row[]> {
  const result = await database.query({ text: sql, values: [account], types })
  return result.rows
}

/** An account's ten tables and its unresolved rejected records, in the shape of `expectedTables`. */
export async function readTables(database: Database, account: string): Promise<ExpectedTables> {
  const tables: Record<string, Map<string, Row>> = {}
  for (const table of mainTables) {
    const rows = await rowsOf(database, `select * from ats.${table} where account = $1`, account)
    tables[table] = keyed(rows, (row) => String(row.remote_id))
  }
  for (const table of joinTableNames) tables[table] = await readPairs(database, table, account)
  const rejected = (await rowsOf(
    database,
    'select stream, remote_id from sync.rejected_records where account = $1 and resolved_at is null',
    account,
  )) as RejectedRecord[]
  return { ...tables, rejected } as ExpectedTables
}

async function readPairs(database: Database, table: JoinTable, account: string): Promise<Map<string, Row>> {
  const [[firstColumn, firstTable], [secondColumn, secondTable]] = joinTables[table]
  const sql = `select pair.*, a.remote_id as first_remote_id, b.remote_id as second_remote_id
    from ats.${table} pair
    join ats.${firstTable} a on a.id = pair.${firstColumn}
    join ats.${secondTable} b on b.id = pair.${secondColumn}
    where pair.account = $1`
  const keys = new Map<Row, string>()
  const rows = (await rowsOf(database, sql, account)).map(({ first_remote_id, second_remote_id, ...row }) => {
    keys.set(row, pairKey(String(first_remote_id), String(second_remote_id)))
    return row
  })
  return keyed(rows, (row) => keys.get(row)!)
}

/** By key, without `changed_at`, which no oracle can know. */
function keyed(rows: Row[], keyOf: (row: Row) => string): Map<string, Row> {
  const result = new Map<string, Row>()
  for (const row of rows) {
    const key = keyOf(row)
    if (result.has(key)) throw new Error(`two rows have the key ${key.slice(0, 200)}`)
    const { changed_at: _, ...rest } = row
    result.set(key, rest)
  }
  return result
}
