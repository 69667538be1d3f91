import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import pg from 'pg'
import { columnsOf, joinTables } from '../../src/mappers/registry.ts'
import { type JoinTable, type MainTable, mainTables } from '../../src/streams.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'

type Table = MainTable | JoinTable
const joins = Object.keys(joinTables) as JoinTable[]
const tables: readonly Table[] = [...mainTables, ...joins]

/** Own columns of each table as unified-model.md section 2 lists them, copied by hand. */
const contract: Record<Table, string> = {
  users: 'first_name last_name email status',
  jobs: `name job_code description confidential status department post_url location remote_work_status
    custom_fields integration_fields opened_at closed_at remote_created_at remote_updated_at`,
  job_postings: 'title description_html status visibility url job_id remote_created_at remote_updated_at',
  candidates: `first_name last_name company title confidential source phone_numbers email_addresses social_media
    custom_fields integration_fields remote_created_at remote_updated_at`,
  application_stages: 'name global_index',
  applications: `outcome rejection_reason_name rejected_at current_stage_id job_id candidate_id
    custom_fields integration_fields remote_created_at remote_updated_at`,
  interviews: `title starting_at ending_at application_id stage_id canceled remote_created_at remote_updated_at`,
  job_application_stages: 'index job_id stage_id',
  job_hiring_team_members: 'roles job_id user_id',
  interviewing_team_members: 'interview_id user_id',
}

/** Values of section 2, by column. */
const enumerations: Record<string, string> = {
  'users.status': 'ACTIVE INACTIVE',
  'jobs.status': 'OPEN CLOSED DRAFT ARCHIVED',
  'jobs.remote_work_status': 'ON_SITE HYBRID REMOTE',
  'job_postings.status': 'ACTIVE INACTIVE DRAFT',
  'job_postings.visibility': 'PUBLIC INTERNAL UNLISTED',
  'applications.outcome': 'PENDING HIRED DECLINED',
  'job_hiring_team_members.roles': 'HIRING_MANAGER RECRUITER COORDINATOR SOURCER INTERVIEWER',
}

/** Section 5. */
const syncTables: Record<string, string> = {
  accounts: 'account base_url settings state created_at updated_at',
  runs: 'id account mode trigger models state started_at finished_at error',
  run_streams: `run_id stream state pages fetched inserted updated unchanged deleted rejected warnings requests
    rate_limited_ms started_at finished_at error`,
  checkpoints: 'account stream run_id cursor watermark updated_at',
  rejected_records: 'account stream remote_id reason raw run_id first_seen_at last_seen_at resolved_at',
}

const words = (text: string) => text.trim().split(/\s+/)

let database: TestDatabase
let owner: pg.Pool
before(async () => {
  database = await createTestDatabase()
  owner = new pg.Pool({ connectionString: database.ownerUrl, max: 2 })
})
after(async () => {
  await owner.end()
  await database.drop()
})

async function ask<T extends object>(text: string, values: readonly unknown[] = []): Promise<T[]> {
  return (await owner.query<T>(text, [...values])).rows
}

/** The database's own words for a column, in the terms of the declarations. */
async function columnsInDatabase(schema: string, table: string) {
  return await ask<{ name: string; postgres: string; nullable: boolean; default: string | null }>(
    `select a.attname as name, format_type(a.atttypid, null) as postgres, not a.attnotnull as nullable,
      pg_get_expr(d.adbin, d.adrelid) as default
    from pg_attribute a left join pg_attrdef d on (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
    where a.attrelid = format('%I.%I', $1::text, $2::text)::regclass and a.attnum > 0 and not a.attisdropped
    order by a.attnum`,
    [schema, table],
  )
}

const postgresNames: Record<string, string> = { timestamptz: 'timestamp with time zone' }

describe('the migrated database', () => {
  test('keys every table, so that all of them can be published', async () => {
    const found = await ask<{ keyless: string[]; count: number }>(
      `select count(*)::int, coalesce(array_agg(nspname || '.' || relname) filter (where not exists (
          select from pg_index where indrelid = c.oid and indisprimary)), '{}') as keyless
      from pg_class c join pg_namespace n on n.oid = relnamespace
      where relkind in ('r', 'p') and nspname !~ '^pg_' and nspname <> 'information_schema'`,
    )
    assert.deepEqual(found[0]?.keyless, [])
    assert.ok((found[0]?.count ?? 0) >= 20)
  })

  test('needs no hash that a server in FIPS mode refuses', async () => {
    const definitions = await ask<{ name: string }>(
      `select indexrelid::regclass::text as name from pg_index where pg_get_indexdef(indexrelid) ~ 'md5|sha1'
      union all select oid::regproc::text from pg_proc where pronamespace = 'sync'::regnamespace and prosrc ~ 'md5|sha1'`,
    )
    assert.deepEqual(definitions, [])
  })
  test('has the ten tables in ats, and nothing else', async () => {
    const found = await ask<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'ats'::regnamespace and relkind not in ('i', 't')`,
    )
    assert.deepEqual(found.map(({ name }) => name).sort(), [...tables].sort())
  })

  for (const table of tables) {
    const declared = columnsOf(table)

    test(`has ats.${table} as it is declared: columns, types, nulls, defaults`, async () => {
      const expected = declared.map(({ name, postgres, nullable, default: value }) => ({
        ...{ name, nullable, postgres: postgresNames[postgres] ?? postgres },
        default: value === undefined ? null : `${value}::jsonb`,
      }))
      assert.deepEqual(await columnsInDatabase('ats', table), expected)
    })

    test(`has the columns of ats.${table} in the order of the contract`, async () => {
      const isJoin = joins.some((join) => join === table)
      const head = isJoin ? ['account', 'id'] : ['account', 'id', 'remote_id']
      const tail = ['changed_at', 'remote_deleted_at', ...(isJoin ? [] : ['remote_data'])]
      const names = (await columnsInDatabase('ats', table)).map(({ name }) => name)
      assert.deepEqual(names, [...head, ...words(contract[table]), ...tail])
    })

    test(`keys ats.${table} by id, and by nothing else but the account's remote ids`, async () => {
      const keys = await constraints(table, ['p', 'u'])
      const expected = joins.some((join) => join === table) ? [] : ['UNIQUE (account, remote_id)']
      assert.deepEqual(keys.sort(), ['PRIMARY KEY (id)', ...expected].sort())
    })

    test(`has a foreign key of ats.${table} for each reference, and for nothing else`, async () => {
      const expected = declared
        .filter(({ references }) => references !== undefined)
        .map(({ name, references }) => `FOREIGN KEY (${name}) REFERENCES ats.${references}(id)`)
      assert.deepEqual((await constraints(table, ['f'])).sort(), expected.sort())
    })

    test(`indexes ats.${table} by each reference, and by when rows changed`, async () => {
      const indexes = await indexesOf(table)
      assert.ok(indexes.includes('account,changed_at'), `has ${indexes.join('; ')}`)
      for (const { name, references } of declared) {
        if (references === undefined) continue
        const serves = indexes.some((columns) => columns === name || columns === `account,${name}`)
        assert.ok(serves, `no index for ${name} among ${indexes.join('; ')}`)
      }
    })

    test(`explains ats.${table} and each of its columns`, async () => {
      const [found] = await ask<{ words: string | null }>(
        `select obj_description('ats.${table}'::regclass, 'pg_class') as words`,
      )
      assert.ok(found?.words, 'the table says nothing')
      const silent = await ask<{ name: string }>(
        `select attname as name from pg_attribute where attrelid = 'ats.${table}'::regclass and attnum > 0
          and not attisdropped and coalesce(col_description(attrelid, attnum), '') = ''`,
      )
      assert.deepEqual(silent, [])
    })
  }

  test('has a CHECK on the columns that the contract enumerates, and on no others', () => {
    const declared = tables.flatMap((table) =>
      columnsOf(table).flatMap(({ name, oneOf }) => (oneOf ? [[`${table}.${name}`, oneOf.join(' ')]] : [])),
    )
    assert.deepEqual(Object.fromEntries(declared), enumerations)
  })

  for (const [place, values] of Object.entries(enumerations)) {
    const [table, column] = place.split('.') as [Table, string]
    const isList = column === 'roles'

    test(`takes for ats.${place} each value of the contract, null, and refuses others`, async () => {
      for (const value of [...words(values), null])
        await insertRow(table, { [column]: isList && value !== null ? [value] : value })
      if (isList) await insertRow(table, { [column]: words(values) })
      for (const value of ['OTHER', values.split(' ')[0]?.toLowerCase(), ''])
        await assert.rejects(insertRow(table, { [column]: isList ? [value] : value }), { code: '23514' })
    })
  }

  test('refuses a row without account, and two of one account with the same remote id', async () => {
    await assert.rejects(insertRow('users', { account: null }), { code: '23502' })
    await insertRow('users', { account: 'acme', remote_id: 'same' })
    await insertRow('users', { account: 'other', remote_id: 'same' })
    await assert.rejects(insertRow('users', { account: 'acme', remote_id: 'same' }), { code: '23505' })
  })
})

async function constraints(table: string, kinds: readonly string[]): Promise<string[]> {
  const found = await ask<{ words: string }>(
    `select pg_get_constraintdef(oid) as words from pg_constraint where conrelid = $1::regclass and contype = any($2)`,
    [`ats.${table}`, kinds],
  )
  return found.map(({ words }) => words)
}

/** Columns of the indexes that hold for all rows. */
async function indexesOf(table: string): Promise<string[]> {
  const found = await ask<{ columns: string }>(
    `select (select string_agg(a.attname, ',' order by k.position) from unnest(i.indkey::int[]) with ordinality as k (number, position)
      join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number) as columns
    from pg_index i where i.indrelid = $1::regclass and i.indpred is null and i.indisvalid`,
    [`ats.${table}`],
  )
  return found.map(({ columns }) => columns)
}

/** A row with these values, and whatever a row cannot be without. @returns its id */
async function insertRow(table: Table, values: Record<string, unknown>): Promise<string> {
  const row: Record<string, unknown> = { account: 'acme', id: randomUUID(), changed_at: new Date() }
  for (const { name, nullable, references } of columnsOf(table)) {
    if (name === 'remote_id') row[name] = randomUUID()
    if (!nullable && references !== undefined) row[name] = await insertRow(references, {})
  }
  Object.assign(row, values)
  const names = Object.keys(row)
  const parameters = names.map((_, index) => `$${index + 1}`)
  await owner.query(
    `insert into ats.${table} (${names.join(', ')}) values (${parameters.join(', ')})`,
    Object.values(row),
  )
  return String(row.id)
}

describe('the schema sync', () => {
  for (const [table, columns] of Object.entries(syncTables)) {
    test(`has ${table} with the columns of the contract`, async () => {
      const names = (await columnsInDatabase('sync', table)).map(({ name }) => name)
      assert.deepEqual(
        words(columns).filter((name) => !names.includes(name)),
        [],
      )
    })
  }

  test('explains each of its tables', async () => {
    const silent = await ask<{ name: string }>(
      `select relname as name from pg_class where relnamespace = 'sync'::regnamespace and relkind in ('r', 'v')
        and coalesce(obj_description(oid, 'pg_class'), '') = ''`,
    )
    assert.deepEqual(silent, [])
  })

  test('takes only names that an account may have', async () => {
    const insert = (account: string) =>
      owner.query(
        `insert into sync.accounts (account, base_url, encryption_key_id, api_key) values ($1, '', '', '')`,
        [account],
      )
    for (const good of ['a', '0-_', 'a'.repeat(63)]) await insert(good)
    for (const bad of ['', 'A', '-a', '_a', 'a b', 'a\n', 'ä', 'a'.repeat(64)])
      await assert.rejects(insert(bad), { code: '23514' }, JSON.stringify(bad))
  })
})
