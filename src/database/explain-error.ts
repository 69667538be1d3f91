import pg from 'pg'
import { databaseUrlProblem, placeOf } from '../config/database-url.ts'
import { UserError } from '../errors.ts'
import { conditionOf } from './conditions.ts'

/**
 * Turns a failure of the database into one line for people; other errors come back as they are.
 *
 * @param url of the database; its user and password stay out of the message.
 */
export function explainDatabaseError(error: unknown, url: string): unknown {
  const where = `PostgreSQL at ${placeOf(url)}`
  if (error instanceof pg.DatabaseError) {
    const condition = conditionOf(error)
    const what =
      condition === null
        ? `answers with an error: ${error.message} (${error.code})`
        : `${condition.is} (${error.message}); ${condition.remedy}`
    return new UserError(`${where} ${what}`, { cause: error })
  }
  const fault = connectionFault(error, url)
  return fault === null ? error : new UserError(`${where} ${fault}`, { cause: error })
}

/** What goes on from the server's name: what is wrong, and which part of the URL it is about. */
function connectionFault(error: unknown, url: string): string | null {
  if (!(error instanceof Error) || error instanceof UserError) return null
  // A file may have gone since the environment was read.
  const problem = databaseUrlProblem(url)
  if (problem !== null) return `cannot be reached: ${problem}`
  const code = 'code' in error ? String(error.code) : ''
  if (['ENOTFOUND', 'EAI_AGAIN'].includes(code))
    return `cannot be found (${code}); is the host in the database URL right?`
  if (
    'syscall' in error ||
    error instanceof AggregateError ||
    /timeout|connection terminated/i.test(error.message)
  )
    return `cannot be reached (${code || error.message}); is it running, and are host and port in the database URL right?`
  if (/^SASL\b.*password must be/.test(error.message)) return 'asks for a password; the database URL has none'
  return tlsFault(error, code)
}

const untrusted = /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY)|CERT_UNTRUSTED|CERT_SIGNATURE/

function tlsFault(error: Error, code: string): string | null {
  const { message } = error
  if (/does not support SSL/i.test(message))
    return 'takes no TLS; sslmode=disable in the database URL goes without, for a network that nobody listens to'
  if (untrusted.test(code))
    return `has a certificate of an unknown authority (${message}); name that authority's file as sslrootcert in the database URL`
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return `has a certificate for another name (${message}); use a name of the certificate as host in the database URL`
  if (/SSL|TLS|certificate/i.test(`${code} ${message}`))
    return `cannot be reached by TLS (${message}); check sslmode, sslrootcert, sslcert and sslkey in the database URL`
  return null
}
