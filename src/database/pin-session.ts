import type pg from 'pg'

export interface SessionLimits {
  /** How long a statement may take; 0: as long as it wants. */
  readonly statementMs: number
  readonly lockMs: number
  readonly transactionMs: number
}

/** As long as an attempt may be silent: one that stands still gives up its locks when others take over from it. */
const idleInTransactionMs = 30_000

/**
 * Sets what the code relies on, whatever server, database, role and URL say. Not by parameters of the connection:
 * poolers in between refuse those that they do not know.
 */
export async function pinSession(client: pg.ClientBase, limits: SessionLimits): Promise<void> {
  // First and alone: a limit counts from the next message on.
  await client.query(`set statement_timeout = ${limits.statementMs}`)
  await client.query(setWhereKnown('transaction_timeout', String(limits.transactionMs)))
  await client.query(settings(limits))
  await pinReplicationRole(client)
}

const settings = ({ lockMs }: SessionLimits) =>
  Object.entries({
    lock_timeout: lockMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    idle_session_timeout: 0,
    client_encoding: "'UTF8'",
    timezone: "'UTC'",
    datestyle: "'ISO, YMD'",
    intervalstyle: 'postgres',
    extra_float_digits: 1,
    bytea_output: 'hex',
    default_transaction_isolation: "'read committed'",
    default_transaction_read_only: 'off',
    default_transaction_deferrable: 'off',
    quote_all_identifiers: 'off',
    standard_conforming_strings: 'on',
    array_nulls: 'on',
    transform_null_equals: 'off',
    row_security: 'on',
    exit_on_error: 'off',
    // Nothing is found but by the name of its schema.
    search_path: 'pg_catalog, pg_temp',
  })
    .map(([name, value]) => `set ${name} = ${value}`)
    .join('; ')

/** For what older servers do not have. */
const setWhereKnown = (name: string, value: string) =>
  `select pg_catalog.set_config('${name}', '${value}', false)
  where pg_catalog.current_setting('${name}', true) is not null`

/** As a replica, PostgreSQL checks no foreign key. Only a superuser, or who was granted it, may change it. */
async function pinReplicationRole(client: pg.ClientBase): Promise<void> {
  const { rows } = await client.query<{ role: string }>(
    `select current_setting('session_replication_role') as role`,
  )
  if (rows[0]?.role === 'origin') return
  await client.query('set session_replication_role = origin').catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === INSUFFICIENT_PRIVILEGE)) throw error
  })
}

const INSUFFICIENT_PRIVILEGE = '42501'
