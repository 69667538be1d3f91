import { sql } from 'kysely'
import { UserError } from '../errors.ts'
import type { Db } from './connect.ts'

/** The tests run on both. */
export const oldestVersion = 16
export const newestVersion = 18

export interface ServerVersion {
  readonly major: number
  /** As people say it: `18.4`. */
  readonly name: string
}

export async function serverVersion(db: Db): Promise<ServerVersion> {
  const { rows } = await sql<ServerVersion>`
    select current_setting('server_version_num')::int / 10000 as major,
      split_part(current_setting('server_version'), ' ', 1) as name`.execute(db)
  const [version] = rows
  if (version === undefined) throw new Error('PostgreSQL does not say its version')
  return version
}

/** @throws UserError for a server that is older than the oldest one that is tested. */
export async function requireVersion(db: Db, oldest: number = oldestVersion): Promise<void> {
  const { major, name } = await serverVersion(db)
  if (major < oldest) throw new UserError(tooOld(name, oldest))
}

export const tooOld = (name: string, oldest: number = oldestVersion) =>
  `PostgreSQL ${name} is too old: gem-ats-sync needs PostgreSQL ${oldest} to ${newestVersion}`
