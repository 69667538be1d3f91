/** What the tables of `sync` are for: those that others may read column by column, the bookkeeping in a line. */
export const syncComments = {
  'sync.accounts': {
    comment: 'Gem accounts that are mirrored. Holds encrypted keys: read sync.account_states instead',
    columns: {
      account: 'Name of the account; its workflow is gem-account-<account>',
      base_url: "Gem's API without /ats/v0",
      allow_insecure_base_url: 'Whether http and private addresses are allowed: for a simulated Gem only',
      settings: 'Settings that differ from the defaults',
      state: 'ACTIVE, PAUSED by a person, or NEEDS_CREDENTIALS since Gem refuses the key',
      state_reason: 'Why the state is not ACTIVE',
      encryption_key_id: 'Which encryption key sealed the keys',
      api_key: 'AES-256-GCM',
      application_secret: 'AES-256-GCM; null without a partner',
      key_compared: 'Whether known ids were found under the present key: not another company is mirrored',
      key_version: 'Grows with each new key: what was confirmed under one does not count under the next',
      blank_deleted_before:
        'Candidates whose deletion was recorded by then are kept blank (retention.afterDays); null: none are',
      blanked_until: 'Candidates whose deletion was recorded by then have been blanked; null: none have',
      created_at: 'When the account was added',
      updated_at: 'When a person or the workflow last changed this row',
    },
  },
  'sync.account_states': {
    kind: 'view',
    comment: 'Gem accounts that are mirrored, without their keys',
    columns: {
      account: 'Name of the account; its workflow is gem-account-<account>',
      state: 'ACTIVE, PAUSED by a person, or NEEDS_CREDENTIALS since Gem refuses the key',
      state_reason: 'Why the state is not ACTIVE',
    },
  },
  'sync.runs': {
    comment: 'One row a sync of an account',
    columns: {
      id: "The sync's own id, not Temporal's run id",
      account: 'Whose sync it was',
      mode: 'full reads everything, delta what changed since the last run began',
      trigger: 'What asked for it: start of the workflow, schedule, signal or update',
      models: 'Main tables that were synced',
      state: 'RUNNING, or how it ended',
      started_at: 'When it began',
      gem_started_at: "When it began by Gem's clock",
      finished_at: 'When it ended',
      error: 'What went wrong, for people; null if nothing did',
    },
  },
  'sync.run_streams': {
    comment: "What a run did with each of Gem's lists",
    columns: {
      run_id: 'The run',
      stream: "Gem's list",
      state: 'RUNNING, or how it ended',
      pages: 'Pages committed',
      fetched: 'Records in them',
      inserted: 'Rows that are new; of applications also those that came embedded in candidates',
      updated:
        'Rows of which a column other than remote_data changed; of applications also by embedded copies',
      unchanged: 'Rows that stayed as they were',
      deleted: 'Rows marked as deleted because they were proven to be gone',
      rejected: 'Records that could not be mapped, see sync.rejected_records',
      warnings: 'Odd values that became null or were dropped; one more where there is a warning',
      requests: 'Calls to Gem, failed ones included',
      rate_limited_ms: 'Milliseconds that Gem made it wait',
      started_at: 'When its first slice began',
      finished_at: 'When it ended',
      error: 'What went wrong, for people; null if nothing did',
      warning: 'What is odd although all went well; null if nothing is',
    },
  },
  'sync.checkpoints': {
    comment: 'How far each stream of each account has been read',
    columns: {
      account: 'The account',
      stream: "Gem's list",
      run_id: 'The run that the cursor belongs to',
      cursor: 'How far that run has read; moves only together with the rows',
      watermark: "Where the next delta's window begins, by Gem's clock",
      short_runs:
        'Runs that came short of the total that Gem announced, since a full sync last agreed with it',
      fresh_at: 'When the last reading without a problem began: what Gem had by then is here',
      lease_epoch:
        'Grows with each attempt, and when the run is closed; an older attempt can no longer write',
      slice: 'The how manieth slice of the run took the stream last',
      attempt: 'The how manieth attempt at that slice; an older one can no longer take the stream',
      updated_at: 'When the cursor last moved',
    },
  },
  'sync.rejected_records': {
    comment: 'Records that could not be mapped; the rest of their page landed. Holds personal data',
    columns: {
      id: 'Only its place in this table: nothing outside refers to it',
      account: 'The account',
      stream: "Gem's list",
      remote_id: "Gem's id; null if it could not be read",
      reason: 'Field and JSON types, or what PostgreSQL refused; never a value',
      raw: 'The record as Gem sent it; its id alone once retention has blanked it, null once it is resolved',
      run_id: 'The run that last saw it',
      first_seen_at: 'When it was first rejected',
      last_seen_at: 'When it was last rejected',
      resolved_at: 'When a later read succeeded, or found it gone from Gem; null while it is rejected',
    },
  },
  'sync.reader_accounts': {
    comment: 'Accounts that a role of readers may see while row-level security is on',
    columns: {
      role: 'Name of a role, or of a group that readers are members of',
      account: 'The account; the grant goes with it',
    },
  },
  'sync.readable_accounts': {
    kind: 'view',
    comment: 'Accounts that whoever asks may see while row-level security is on',
    columns: {},
  },
  'sync.seen_pages': {
    comment: 'Ids that a running run has seen, a row a page',
    columns: {},
  },
  'sync.held_back_deletions': {
    comment:
      'Rows of each list that the last full sync would have marked as deleted, had the guard let it: those that resync with confirmDeletions may mark',
    columns: {},
  },
  'sync.record_digests': {
    comment:
      'By which digests of what Gem sent, and of what maps it, each row of ats is known to be as it should, and in which version',
    columns: {},
  },
  'sync.row_digests': {
    comment: 'The same for workers of versions before sync.record_digests; of no use once none of them runs',
    columns: {},
  },
  'sync.waiting_references': { comment: 'References whose parent has no row yet', columns: {} },
  'sync.waiting_pairs': { comment: 'Join rows whose second parent has no row yet', columns: {} },
  'sync.job_stage_facts': {
    comment: 'Of each stage: its job, whether it is active, its priority, its interview plan',
    columns: {},
  },
  'sync.stage_plans': { comment: 'Look-up of the stages by the interviews that they plan', columns: {} },
  'sync.job_post_facts': { comment: 'Of each posting: its job and first publication', columns: {} },
  'sync.application_facts': { comment: 'Jobs of the applications that name several', columns: {} },
  'sync.rate_limits': {
    comment: 'When each account may call Gem next, and how often Gem takes calls',
    columns: {
      account: 'The account',
      next_slot_at: 'When the next call may be made; in the past while calls are saved up for a burst',
      blocked_until: 'No call before: Gem asked for a pause',
      learned_rate: 'Calls a second that refusals have taught; null while the settings are the limit',
      learned_burst: 'Calls at once that refusals have taught; null while the settings are the limit',
    },
  },
  'sync.kysely_migration': { comment: 'Migrations that have run', columns: {} },
  'sync.kysely_migration_lock': { comment: 'Keeps migrations apart that start side by side', columns: {} },
} as const
