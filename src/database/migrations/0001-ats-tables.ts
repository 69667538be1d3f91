import { type Kysely, sql } from 'kysely'

/**
 * The ten tables of the unified model. Breaks nothing: it is the first.
 *
 * Main tables carry the same head; `id` is decided by the application (UUIDv5), so it has no default. Indexes begin
 * with the account: whoever reads by parent names it too.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema ats`.execute(db)
  for (const statement of tables) await sql.raw(statement).execute(db)
  for (const table of mainTables) {
    await sql.raw(`create index on ats.${table} (account, changed_at)`).execute(db)
    await sql.raw(`create index on ats.${table} (account) where remote_deleted_at is not null`).execute(db)
  }
  for (const table of joinTables) {
    await sql.raw(`create index on ats.${table} (account, changed_at)`).execute(db)
  }
  for (const index of foreignKeyIndexes) await sql.raw(`create index on ats.${index}`).execute(db)
}

const mainTables = [
  'users',
  'jobs',
  'job_postings',
  'candidates',
  'application_stages',
  'applications',
  'interviews',
]

const joinTables = ['job_application_stages', 'job_hiring_team_members', 'interviewing_team_members']

const main = (table: string, columns: string) => `
  create table ats.${table} (
    account text not null,
    id uuid primary key,
    remote_id text not null,
    ${columns},
    changed_at timestamptz not null,
    remote_deleted_at timestamptz,
    remote_data jsonb,
    unique (account, remote_id)
  )`

const join = (table: string, columns: string) => `
  create table ats.${table} (
    account text not null,
    id uuid primary key,
    ${columns},
    changed_at timestamptz not null,
    remote_deleted_at timestamptz
  )`

const custom = `custom_fields jsonb not null default '{}',
    integration_fields jsonb not null default '[]'`

const remoteTimes = `remote_created_at timestamptz,
    remote_updated_at timestamptz`

const tables = [
  main(
    'users',
    `first_name text,
    last_name text,
    email text,
    status text check (status in ('ACTIVE', 'INACTIVE'))`,
  ),
  main(
    'jobs',
    `name text,
    job_code text,
    description text,
    confidential boolean,
    status text check (status in ('OPEN', 'CLOSED', 'DRAFT', 'ARCHIVED')),
    department text,
    post_url text,
    location jsonb,
    remote_work_status text check (remote_work_status in ('ON_SITE', 'HYBRID', 'REMOTE')),
    ${custom},
    opened_at timestamptz,
    closed_at timestamptz,
    ${remoteTimes}`,
  ),
  main(
    'job_postings',
    `title text,
    description_html text,
    status text check (status in ('ACTIVE', 'INACTIVE', 'DRAFT')),
    visibility text check (visibility in ('PUBLIC', 'INTERNAL', 'UNLISTED')),
    url text,
    job_id uuid references ats.jobs,
    ${remoteTimes}`,
  ),
  main(
    'candidates',
    `first_name text,
    last_name text,
    company text,
    title text,
    confidential boolean,
    source text,
    phone_numbers jsonb not null default '[]',
    email_addresses jsonb not null default '[]',
    social_media jsonb not null default '[]',
    ${custom},
    ${remoteTimes}`,
  ),
  main('application_stages', `name text, global_index integer`),
  main(
    'applications',
    `outcome text check (outcome in ('PENDING', 'HIRED', 'DECLINED')),
    rejection_reason_name text,
    rejected_at timestamptz,
    current_stage_id uuid references ats.application_stages,
    job_id uuid references ats.jobs,
    candidate_id uuid references ats.candidates,
    ${custom},
    ${remoteTimes}`,
  ),
  main(
    'interviews',
    `title text,
    starting_at timestamptz,
    ending_at timestamptz,
    application_id uuid references ats.applications,
    stage_id uuid references ats.application_stages,
    canceled boolean,
    ${remoteTimes}`,
  ),
  join(
    'job_application_stages',
    `index integer,
    job_id uuid not null references ats.jobs,
    stage_id uuid not null references ats.application_stages`,
  ),
  join(
    'job_hiring_team_members',
    `roles text[] check (roles <@ array['HIRING_MANAGER', 'RECRUITER', 'COORDINATOR', 'SOURCER', 'INTERVIEWER']),
    job_id uuid not null references ats.jobs,
    user_id uuid not null references ats.users`,
  ),
  join(
    'interviewing_team_members',
    `interview_id uuid not null references ats.interviews,
    user_id uuid not null references ats.users`,
  ),
]

const foreignKeyIndexes = [
  'job_postings (account, job_id)',
  'applications (account, candidate_id)',
  'applications (account, job_id)',
  'applications (account, current_stage_id)',
  'interviews (account, application_id)',
  'interviews (account, stage_id)',
  'job_application_stages (account, job_id)',
  'job_application_stages (account, stage_id)',
  'job_hiring_team_members (account, job_id)',
  'job_hiring_team_members (account, user_id)',
  'interviewing_team_members (account, interview_id)',
  'interviewing_team_members (account, user_id)',
]
