/** What would stop a migration, looked for before its first statement. */
import { sql } from 'kysely'
import { UserError } from '../errors.ts'
import type { Db } from './connect.ts'

interface Findings {
  readonly role: string
  readonly database: string
  readonly encoding: string
  readonly may_create_schemas: boolean
  readonly may_create_roles: boolean
  readonly is_superuser: boolean
  readonly schemas: readonly { readonly name: string; readonly owner: string; readonly usable: boolean }[]
  /** Whether the tables there, if any, are those of gem-ats-sync. */
  readonly is_ours: boolean
  readonly strangers: readonly string[]
  readonly missing_roles: readonly string[]
  /** Null: there is no such role yet. */
  readonly administers_worker: boolean | null
}

/** @throws UserError that says what is there, and what to do. */
export async function checkBeforeMigrating(db: Db, setsPassword: boolean): Promise<void> {
  const problem = problemOf(await look(db), setsPassword)
  if (problem !== null) throw new UserError(`${problem}. Nothing was changed`)
}

async function look(db: Db): Promise<Findings> {
  const { rows } = await sql<Findings>`
    select current_user as role, current_database() as database,
      pg_encoding_to_char(encoding) as encoding,
      has_database_privilege(current_database(), 'create') as may_create_schemas,
      rolcreaterole or rolsuper as may_create_roles, rolsuper as is_superuser,
      (select coalesce(jsonb_agg(jsonb_build_object('name', nspname, 'owner', pg_get_userbyid(nspowner),
          'usable', pg_has_role(nspowner, 'usage')) order by nspname), '[]')
        from pg_namespace where nspname in ('ats', 'sync')) as schemas,
      to_regclass('sync.kysely_migration') is not null as is_ours,
      array(select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = relnamespace
        where nspname in ('ats', 'sync') and relkind in ('r', 'p', 'v', 'm', 'f') order by 1) as strangers,
      array(select name from unnest(array['gem_ats_sync_worker', 'ats_reader']) as name
        where to_regrole(name) is null) as missing_roles,
      pg_has_role(to_regrole('gem_ats_sync_worker'), 'usage with admin option') as administers_worker
    from pg_database, pg_roles where datname = current_database() and rolname = current_user`.execute(db)
  const [findings] = rows
  if (findings === undefined) throw new Error('PostgreSQL does not say who asks')
  return findings
}

function problemOf(found: Findings, setsPassword: boolean): string | null {
  return (
    encodingProblem(found) ??
    schemaProblem(found) ??
    roleProblem(found) ??
    (setsPassword ? passwordProblem(found) : null)
  )
}

function encodingProblem({ database, encoding }: Findings): string | null {
  if (encoding === 'UTF8') return null
  return (
    `Database ${database} is encoded in ${encoding}, which cannot hold every name; ` +
    "make one in UTF-8: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"
  )
}

function schemaProblem({ schemas, is_ours, strangers, ...found }: Findings): string | null {
  const { role, database } = found
  if (!is_ours && strangers.length > 0)
    return `Database ${database} has a ${strangers[0]} that is not gem-ats-sync's; give gem-ats-sync a database of its own`
  const foreign = schemas.find(({ usable }) => !usable)
  if (foreign !== undefined)
    return `Schema ${foreign.name} belongs to ${foreign.owner}; migrate as ${foreign.owner}, or GRANT ${foreign.owner} TO ${role}`
  if (schemas.length < 2 && !found.may_create_schemas)
    return `${role} may not create schemas in ${database}; as its owner: GRANT CREATE ON DATABASE ${database} TO ${role}`
  return null
}

function roleProblem({ role, missing_roles, may_create_roles }: Findings): string | null {
  if (missing_roles.length === 0 || may_create_roles) return null
  const create = missing_roles.map((name) => `CREATE ROLE ${name}`).join('; ')
  return `${role} may not create the roles that are missing; as somebody who may: ${create}`
}

function passwordProblem({
  role,
  administers_worker,
  is_superuser,
  may_create_roles,
}: Findings): string | null {
  if (is_superuser || administers_worker === null) return null
  if (administers_worker && may_create_roles) return null
  return (
    `The role gem_ats_sync_worker is there already, of another installation in this cluster perhaps, and ${role} may not ` +
    'set its password; leave GEM_ATS_SYNC_WORKER_PASSWORD out and GRANT gem_ats_sync_worker to a login of your own, ' +
    `or as a superuser: GRANT gem_ats_sync_worker TO ${role} WITH ADMIN OPTION${may_create_roles ? '' : `; ALTER ROLE ${role} CREATEROLE`}`
  )
}
