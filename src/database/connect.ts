import { Kysely, type LogEvent, PostgresDialect } from 'kysely'
import { connectionStringOf } from '../config/database-url.ts'
import { boundTransactions } from './bound-transactions.ts'
import { ConnectionPool } from './connection-pool.ts'
import type { Database } from './database-types.ts'
import { pinSession, type SessionLimits } from './pin-session.ts'
import { PreparingClient } from './preparing-client.ts'
import { valueTypes } from './value-types.ts'

/** A Kysely handle on a pool of its own; `destroy()` closes the pool. */
export type Db = Kysely<Database>

export interface ConnectOptions {
  /** Most connections at a time. */
  readonly max?: number
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string
  /** How long a connection and each transaction may take. Default: 10 s for a connection, 60 s for a transaction. */
  readonly timeoutMs?: number
  /** Told of each statement once it has ended. */
  readonly onStatement?: (event: LogEvent) => void
  /** Nothing is bounded: for migrations, which build indexes. */
  readonly patient?: boolean
}

/** Less than an activity may take: what nobody waits for any more must not go on. */
const transactionMs = 60_000
/** Accounts do not wait for each other, and pages of one account not for long: longer is a fault, and is tried again. */
const lockMs = 30_000

/** @param url postgres:// URL; TLS as its `sslmode` says. */
export function connect(url: string, options: ConnectOptions = {}): Db {
  const limits = limitsOf(options)
  const pool = new ConnectionPool({
    Client: PreparingClient,
    connectionString: connectionStringOf(url),
    max: options.max ?? 8,
    application_name: options.applicationName ?? 'gem-ats-sync',
    connectionTimeoutMillis: options.timeoutMs ?? 10_000,
    ...(options.timeoutMs === undefined ? {} : { query_timeout: options.timeoutMs }),
    keepAlive: true,
    // With a connection go its prepared statements, and plans that were made for tables as they were.
    maxLifetimeSeconds: 1_800,
    types: valueTypes,
    async onConnect(client) {
      await pinSession(client, limits)
      if (limits.transactionMs > 0) boundTransactions(client, limits.transactionMs)
    },
  })
  const { onStatement } = options
  return new Kysely<Database>({
    dialect: new PostgresDialect({ pool }),
    log(event) {
      if (event.level === 'error') pool.noteFailure(event.error)
      onStatement?.(event)
    },
  })
}

function limitsOf({ timeoutMs = transactionMs, patient = false }: ConnectOptions): SessionLimits {
  if (patient) return { statementMs: 0, lockMs: 0, transactionMs: 0 }
  return { statementMs: timeoutMs, lockMs: Math.min(timeoutMs, lockMs), transactionMs: timeoutMs }
}
