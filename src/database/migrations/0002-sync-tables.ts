import { type Kysely, sql } from 'kysely'

/**
 * What syncing itself needs to remember: accounts, runs, checkpoints, rejected records, and the bookkeeping of
 * references that wait and of facts that computed values are made of. Breaks nothing.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // The migrator has made the schema already, for its own tables.
  await sql`create schema if not exists sync`.execute(db)
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const streamStates = `'RUNNING', 'SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELLED'`
const runStates = `'RUNNING', 'SUCCEEDED', 'PARTIALLY_FAILED', 'FAILED', 'AUTHENTICATION_FAILED', 'CANCELLED'`

const statements = [
  `create table sync.accounts (
    account text primary key check (account ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
    base_url text not null,
    allow_insecure_base_url boolean not null default false,
    settings jsonb not null default '{}',
    state text not null default 'ACTIVE' check (state in ('ACTIVE', 'PAUSED', 'NEEDS_CREDENTIALS')),
    state_reason text,
    encryption_key_id text not null,
    api_key bytea not null,
    application_secret bytea,
    key_compared boolean not null default false,
    key_version integer not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
  )`,
  `create view sync.account_states with (security_barrier) as
    select account, base_url, settings, state, state_reason, created_at, updated_at from sync.accounts`,
  `create table sync.runs (
    id uuid primary key,
    account text not null,
    mode text not null check (mode in ('full', 'delta')),
    trigger text not null check (trigger in ('start', 'schedule', 'signal', 'update')),
    models text[] not null,
    state text not null check (state in (${runStates})),
    started_at timestamptz not null,
    gem_started_at timestamptz,
    finished_at timestamptz,
    error text
  )`,
  'create index on sync.runs (account, started_at desc)',
  'create index on sync.runs (started_at desc)',
  `create index on sync.runs (account) where state = 'RUNNING'`,
  `create table sync.run_streams (
    run_id uuid not null references sync.runs on delete cascade,
    stream text not null,
    state text not null check (state in (${streamStates})),
    pages bigint not null default 0,
    fetched bigint not null default 0,
    inserted bigint not null default 0,
    updated bigint not null default 0,
    unchanged bigint not null default 0,
    deleted bigint not null default 0,
    rejected bigint not null default 0,
    warnings bigint not null default 0,
    requests bigint not null default 0,
    rate_limited_ms bigint not null default 0,
    started_at timestamptz not null,
    finished_at timestamptz,
    error text,
    warning text,
    primary key (run_id, stream)
  )`,
  // Goes with the account, and cannot come back: a slice may still be at work when the account is removed.
  `create table sync.checkpoints (
    account text not null references sync.accounts on delete cascade,
    stream text not null,
    run_id uuid,
    cursor jsonb,
    watermark timestamptz,
    fresh_at timestamptz,
    short_runs jsonb,
    lease_epoch bigint not null default 0,
    slice integer not null default 0,
    attempt integer not null default 0,
    updated_at timestamptz not null default now(),
    primary key (account, stream)
  )`,
  `create table sync.seen_pages (
    id bigint generated always as identity primary key,
    run_id uuid not null references sync.runs on delete cascade,
    stream text not null,
    pass integer,
    round integer,
    ids uuid[] not null
  )`,
  'create index on sync.seen_pages (run_id, stream)',
  // Goes with the account: what somebody may confirm must not outlive it.
  `create table sync.held_back_deletions (
    account text not null references sync.accounts on delete cascade,
    stream text not null,
    ids uuid[] not null,
    primary key (account, stream)
  )`,
  `create table sync.rejected_records (
    id bigint generated always as identity primary key,
    account text not null,
    stream text not null,
    remote_id text,
    reason text not null,
    raw jsonb,
    run_id uuid not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    resolved_at timestamptz
  )`,
  `create unique index rejected_records_by_id on sync.rejected_records (account, stream, remote_id)
    where remote_id is not null`,
  // A record without a readable id is told from others by its content alone: while it is rejected, since it goes then.
  `create unique index rejected_records_by_content on sync.rejected_records (account, stream, hashtextextended(raw::text, 0))
    where remote_id is null`,
  'create index on sync.rejected_records (account, stream) where resolved_at is null',
  `create table sync.waiting_references (
    account text not null,
    table_name text not null,
    row_id uuid not null,
    column_name text not null,
    parent_id uuid not null,
    primary key (row_id, column_name)
  )`,
  'create index on sync.waiting_references (parent_id)',
  'create index on sync.waiting_references (account)',
  `create table sync.waiting_pairs (
    account text not null,
    table_name text not null,
    pair_id uuid primary key,
    owner_id uuid not null,
    parent_id uuid not null,
    roles text[]
  )`,
  'create index on sync.waiting_pairs (parent_id)',
  'create index on sync.waiting_pairs (owner_id)',
  'create index on sync.waiting_pairs (account)',
  `create table sync.job_stage_facts (
    id uuid primary key references ats.application_stages,
    account text not null,
    job_id uuid,
    pair_id uuid,
    active boolean not null,
    priority numeric,
    plan jsonb not null
  )`,
  'create index on sync.job_stage_facts (job_id)',
  'create index on sync.job_stage_facts (account)',
  `create table sync.stage_plans (
    id bigint generated always as identity primary key,
    account text not null,
    stage_id uuid not null references ats.application_stages,
    item_key bigint,
    interview_key bigint
  )`,
  'create index on sync.stage_plans (stage_id)',
  'create index on sync.stage_plans (account, item_key)',
  'create index on sync.stage_plans (account, interview_key)',
  `create table sync.job_post_facts (
    id uuid primary key references ats.job_postings,
    account text not null,
    job_id uuid,
    first_published_at timestamptz
  )`,
  'create index on sync.job_post_facts (job_id)',
  'create index on sync.job_post_facts (account)',
  `create table sync.application_facts (
    id uuid primary key references ats.applications,
    account text not null,
    job_ids uuid[] not null
  )`,
  'create index on sync.application_facts (account)',
  `create table sync.rate_limits (
    account text primary key references sync.accounts on delete cascade,
    next_slot_at timestamptz not null,
    blocked_until timestamptz,
    learned_rate double precision,
    learned_burst double precision
  )`,
  // Signed URLs of attachments differ at each read: they alone are no difference between two copies of a candidate.
  `create function sync.without_attachment_urls(candidate jsonb) returns jsonb
    language sql immutable parallel safe as $$
      select case when jsonb_typeof(candidate -> 'attachments') = 'array' then
        jsonb_set(candidate, '{attachments}', (
          select coalesce(jsonb_agg(case when jsonb_typeof(attachment) = 'object' then attachment - 'url' else attachment end
            order by position), '[]')
          from jsonb_array_elements(candidate -> 'attachments') with ordinality as list (attachment, position)))
      else candidate end
    $$`,
]
