/** What somebody has to end before PostgreSQL can be used. Words of ours: PostgreSQL's own may quote values. */
interface Condition {
  /** Goes on from "PostgreSQL" or "it". */
  readonly is: string
  readonly remedy: string
}

const noTables: Condition = {
  is: 'has no tables of gem-ats-sync yet',
  remedy: 'create them as the owner: gem-ats-sync migrate',
}

/** What a connection sets and prepares is then lost, or somebody else's. */
export const noSession: Condition = {
  is: 'stands behind a pooler that gives each transaction another session',
  remedy:
    'point the database URL at PostgreSQL itself, or at a pooler in session mode (PgBouncer: pool_mode = session)',
}

/** By SQLSTATE: the one place for the CLI, `doctor`, `/readyz`, the log and what stands in histories. */
const conditions: Readonly<Record<string, Condition>> = {
  '25006': {
    is: 'is read-only',
    remedy:
      'point the database URL at the primary server; a provider may also stop writes when the disk is full',
  },
  '26000': { is: 'does not have a statement that this connection prepared', remedy: noSession.remedy },
  '28000': { is: 'refuses this user', remedy: 'check the user in the database URL, and pg_hba.conf' },
  '28P01': {
    is: 'refuses the user name or password',
    remedy: 'check both in the database URL, where special characters are percent-encoded',
  },
  '3D000': {
    is: 'has no such database',
    remedy: 'check the name at the end of the database URL, or create it',
  },
  '3F000': noTables,
  '42501': {
    is: 'denies this user a right',
    remedy: 'run gem-ats-sync migrate as the owner, and GRANT gem_ats_sync_worker to this user',
  },
  '42P01': noTables,
  '42P05': { is: 'has a statement that another connection prepared', remedy: noSession.remedy },
  '53100': { is: 'has no space left on its disk', remedy: 'make room' },
  '53200': { is: 'is out of memory', remedy: 'give it more, or lower GEM_ATS_SYNC_DATABASE_POOL_SIZE' },
  '53300': {
    is: 'has no connection left',
    remedy: 'raise max_connections, or lower GEM_ATS_SYNC_DATABASE_POOL_SIZE',
  },
  // A wait for a lock has taken too long: 3 s for a migration, 30 s for others.
  '55P03': {
    is: 'is used by somebody who holds this up',
    remedy: 'try again, or end that session (pg_stat_activity, pg_locks)',
  },
  '57P03': { is: 'is starting or stopping', remedy: 'wait until it is up' },
}

/** @returns null for errors that are not PostgreSQL's, and for those of the code or the data. */
export function conditionOf(error: unknown): Condition | null {
  if (!(error instanceof Error) || !('severity' in error) || !('code' in error)) return null
  const code = String(error.code)
  return Object.hasOwn(conditions, code) ? (conditions[code] ?? null) : null
}

/** `it is read-only; point …`: all that there is to say of it; null as above. */
export function explainCondition(error: unknown): string | null {
  const condition = conditionOf(error)
  return condition === null ? null : `it ${condition.is}; ${condition.remedy}`
}
