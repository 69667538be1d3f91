import { sql } from 'kysely'
import { placeOf } from '../../config/database-url.ts'
import { checkWritable, keepsSession } from '../../database/check-usable.ts'
import { noSession } from '../../database/conditions.ts'
import { migrationState } from '../../database/migration-state.ts'
import {
  newestVersion,
  oldestVersion,
  type ServerVersion,
  serverVersion,
  tooOld,
} from '../../database/server-version.ts'
import { type Check, type Finding, fail, ok, someOf, warn } from './check.ts'
import { clockFinding } from './clock.ts'
import { onDatabase } from './explain.ts'

const database: Check = {
  name: 'database',
  needs: ['environment'],
  run: onDatabase(async ({ db, databaseUrl }) => {
    const version = await serverVersion(db)
    const { rows } = await sql<{ size: string }>`
      select pg_size_pretty(pg_database_size(current_database())) as size`.execute(db)
    return versionFinding(version, `PostgreSQL ${version.name} at ${placeOf(databaseUrl)}, ${rows[0]?.size}`)
  }),
}

export function versionFinding({ major, name }: ServerVersion, found: string): Finding {
  if (major < oldestVersion) return fail(tooOld(name), `move to PostgreSQL ${newestVersion}`)
  if (major > newestVersion)
    return warn(
      `${found}: newer than what the tests run on`,
      `expect ${oldestVersion} to ${newestVersion} to work`,
    )
  return ok(found)
}

const tables: Check = {
  name: 'tables',
  needs: ['database'],
  run: onDatabase(async ({ db }) => {
    const { missing, unknown } = await migrationState(db)
    if (missing.length > 0) return fail(`not run yet: ${missing.join(', ')}`, 'run gem-ats-sync migrate')
    if (unknown.length > 0)
      return warn(
        `the database has migrations of a newer version: ${unknown.join(', ')}`,
        'bring this program up to that version',
      )
    return ok('all migrations have run')
  }),
}

const rights: Check = {
  name: 'rights',
  needs: ['tables'],
  run: onDatabase(async ({ db }) => {
    const { rows } = await sql<{ role: string; owns: boolean; lacks: string[] }>`
      select current_user as role,
        bool_or(pg_has_role(c.relowner, 'usage')) as owns,
        coalesce(array_agg(distinct format('%s.%s', n.nspname, c.relname)) filter (where not (
          has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
          and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))), '{}') as lacks
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p') and n.nspname in ('ats', 'sync')`.execute(db)
    const { role = '', owns = false, lacks = [] } = rows[0] ?? {}
    if (lacks.length > 0)
      return fail(
        `${role} may not read and write ${someOf(lacks)}`,
        `as the owner: GRANT gem_ats_sync_worker TO ${role}`,
      )
    if (owns)
      return warn(
        `${role} owns the tables, or is a superuser: it could drop and alter them`,
        'give the worker and this command the URL of the role gem_ats_sync_worker (or one it is granted to)',
      )
    return ok(`${role} reads and writes rows, and owns nothing`)
  }),
}

const session: Check = {
  name: 'session',
  needs: ['database'],
  run: onDatabase(async ({ db }) => {
    if (await keepsSession(db)) return ok('each connection keeps its session')
    return fail(`PostgreSQL ${noSession.is}`, noSession.remedy)
  }),
}

const writes: Check = {
  name: 'writes',
  needs: ['session', 'rights'],
  run: onDatabase(async ({ db }) => {
    await checkWritable(db)
    return ok('a row was written, and taken back')
  }),
}

const connections: Check = {
  name: 'connections',
  needs: ['database'],
  run: onDatabase(async ({ db, environment: { variables } }) => {
    const { rows } = await sql<{ most: number; used: number }>`
      select current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int as most,
        (select count(*)::int from pg_stat_activity where backend_type = 'client backend') as used`.execute(
      db,
    )
    const { most = 0, used = 0 } = rows[0] ?? {}
    const activities = variables.GEM_ATS_SYNC_MAX_CONCURRENT_ACTIVITIES ?? 20
    const pool = variables.GEM_ATS_SYNC_DATABASE_POOL_SIZE ?? activities + 2
    const found = `a worker takes up to ${pool}; the server has ${most}, of which ${used} are in use`
    if (pool > most)
      return fail(found, 'lower GEM_ATS_SYNC_DATABASE_POOL_SIZE, or raise max_connections of the server')
    if (pool < activities)
      return warn(
        `${found}; ${activities} activities at a time share ${pool} connections`,
        'raise GEM_ATS_SYNC_DATABASE_POOL_SIZE, or lower GEM_ATS_SYNC_MAX_CONCURRENT_ACTIVITIES',
      )
    return ok(found)
  }),
}

const clock: Check = {
  name: 'clock of PostgreSQL',
  needs: ['database'],
  run: onDatabase(async ({ db }) => {
    const before = Date.now()
    const { rows } = await sql<{ now: number }>`
      select extract(epoch from clock_timestamp())::float8 * 1000 as now`.execute(db)
    const after = Date.now()
    return clockFinding("PostgreSQL's", (rows[0]?.now ?? 0) - (before + after) / 2, (after - before) / 2)
  }),
}

export const databaseChecks: readonly Check[] = [
  database,
  session,
  tables,
  rights,
  writes,
  connections,
  clock,
]
