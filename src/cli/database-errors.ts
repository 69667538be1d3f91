import pg from 'pg'
import { UserError } from '../errors.ts'

/** What to do about a code of PostgreSQL; others are told in PostgreSQL's own words. */
const REMEDY_OF_CODE: Record<string, string> = {
  '28P01': 'refuses the user name or password; check the database URL',
  '28000': 'refuses this user; check the database URL and pg_hba.conf',
  '3D000': 'has no such database; check the database URL, or create it',
  '3F000': 'has no tables of gem-ats-sync yet; create them: gem-ats-sync migrate',
  '42P01': 'has no tables of gem-ats-sync yet; create them: gem-ats-sync migrate',
  // A wait for a lock has taken too long: 3 s for a migration, a minute for others.
  '55P03':
    'is used by somebody who holds this up; try again, or end that session (pg_stat_activity, pg_locks)',
}

/**
 * Turns a failure of the database into one line for people; other errors come back as they are.
 *
 * @param url of the database; its user and password stay out of the message.
 */
export function explainDatabaseError(error: unknown, url: string): unknown {
  const where = `PostgreSQL at ${placeOf(url)}`
  if (error instanceof pg.DatabaseError) {
    const remedy =
      REMEDY_OF_CODE[error.code ?? ''] ?? `answers with an error: ${error.message} (${error.code})`
    return new UserError(`${where} ${remedy}`, { cause: error })
  }
  const why = connectionFault(error)
  if (why === null) return error
  return new UserError(`${where} cannot be reached (${why}); is it running, and is the database URL right?`, {
    cause: error,
  })
}

/** pg names its own time-outs and closed connections in words alone. */
function connectionFault(error: unknown): string | null {
  if (!(error instanceof Error) || error instanceof UserError) return null
  if ('syscall' in error || error instanceof AggregateError)
    return String((error as NodeJS.ErrnoException).code)
  return /timeout|connection terminated|SSL|certificate/i.test(error.message) ? error.message : null
}

function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return host === '' ? pathname : `${host}${pathname}`
}
