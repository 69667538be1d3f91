import { Kysely, type LogEvent, PostgresDialect } from 'kysely'
import pg from 'pg'
import { connectionStringOf } from '../config/database-url.ts'
import type { Database } from './database-types.ts'
import { PreparingClient } from './preparing-client.ts'

/** A Kysely handle on a pool of its own; `destroy()` closes the pool. */
export type Db = Kysely<Database>

export interface ConnectOptions {
  /** Most connections at a time. */
  readonly max?: number
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string
  /** How long a connection and each statement may take. Default: 10 s for a connection, 5 min for a statement. */
  readonly timeoutMs?: number
  /** Told of each statement once it has ended. */
  readonly onStatement?: (event: LogEvent) => void
  /** Statements and locks may take as long as they want: for migrations, which build indexes. */
  readonly patient?: boolean
}

// Counters are bigint in PostgreSQL and stay far below 2^53.
const types = new pg.TypeOverrides()
types.setTypeParser(pg.types.builtins.INT8, Number)

/** As long as an attempt may be silent: one that stands still gives up its locks when others take over from it. */
const idleInTransactionMs = 30_000
/** Less than an activity may take: what nobody waits for any more must not go on. */
const statementMs = 300_000
/** Accounts do not wait for each other, and pages of one account not for long: longer is a fault, and is tried again. */
const lockMs = 60_000

/** @param url postgres:// URL; TLS as its `sslmode` says. */
export function connect(url: string, options: ConnectOptions = {}): Db {
  const pool = new pg.Pool({
    Client: PreparingClient,
    connectionString: connectionStringOf(url),
    max: options.max ?? 8,
    application_name: options.applicationName ?? 'gem-ats-sync',
    connectionTimeoutMillis: options.timeoutMs ?? 10_000,
    ...(options.timeoutMs === undefined ? {} : { query_timeout: options.timeoutMs }),
    keepAlive: true,
    // With a connection go its prepared statements, and plans that were made for tables as they were.
    maxLifetimeSeconds: 1_800,
    types,
    // Not as a parameter of the connection: poolers in between refuse those that they do not know.
    async onConnect(client) {
      await client.query(limitsOf(options))
    },
  })
  // A connection that breaks is replaced by the pool, and fails the transaction that has it at its next statement.
  // Whoever listens to neither ends the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  const { onStatement } = options
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool: pool }),
    ...(onStatement === undefined ? {} : { log: onStatement }),
  })
}

function limitsOf({ timeoutMs = statementMs, patient = false }: ConnectOptions): string {
  const limits = patient ? {} : { statement_timeout: timeoutMs, lock_timeout: Math.min(timeoutMs, lockMs) }
  const all = { idle_in_transaction_session_timeout: idleInTransactionMs, ...limits }
  return Object.entries(all)
    .map(([name, ms]) => `set ${name} = ${ms}`)
    .join('; ')
}
