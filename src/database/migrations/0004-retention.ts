import { type Kysely, sql } from 'kysely'

/**
 * What retention needs: until when deletions count as due and are worked off, indexes that find what is due, and what stays of an object. Breaks
 * nothing.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db)
}

const statements = [
  'alter table sync.accounts add column blank_deleted_before timestamptz, add column blanked_until timestamptz',
  'drop index ats.candidates_account_idx',
  'create index on ats.candidates (account, remote_deleted_at) where remote_deleted_at is not null',
  'create index on sync.rejected_records (account, resolved_at) where resolved_at is not null',
  // Parallel workers may run it; `keeps` is `KeptFields`, see src/mappers/model.ts.
  `create function sync.kept_fields(data jsonb, keeps jsonb) returns jsonb
    language plpgsql immutable parallel safe set search_path = '' as $$
  begin
    case jsonb_typeof(data)
      when 'array' then return (
        select coalesce(jsonb_agg(kept order by place), '[]')
        from jsonb_array_elements(data) with ordinality as l (element, place),
          sync.kept_fields(element, keeps) as kept
        where kept is not null);
      when 'null' then return data;
      when 'object' then
        if keeps = 'true' then return null; end if;
        return (
          select coalesce(jsonb_object_agg(k.key, kept), '{}')
          from jsonb_each(keeps) as k, sync.kept_fields(data -> k.key, k.value) as kept
          where data ? k.key and kept is not null);
      else return case when keeps = 'true' then data end;
    end case;
  end $$`,
]
