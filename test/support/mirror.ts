import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import type { MappingOf } from '../../src/activities/map-page.ts'
import { takeLease } from '../../src/database/checkpoints.ts'
import { commitPage, type PageCommit, type PageOutcome } from '../../src/database/commit-page.ts'
import type { Db } from '../../src/database/connect.ts'
import { beginRun, beginStream } from '../../src/database/runs.ts'
import { type MainTable, type StreamName, streamNames } from '../../src/streams.ts'
import { firstCursor, insertBareAccount, mappingOf, nextClaim, noSettings } from './direct-sync.ts'
import { tableNames } from './oracle/types.ts'
import { mapText } from './read-page.ts'
import { uniqueName } from './temporal.ts'

/** One account's tables, written page by page in whatever order a test wants. */
export interface Mirror {
  readonly account: string
  /** Commits one page of a list. */
  commit(stream: StreamName, ...records: unknown[]): Promise<PageOutcome>
  /** A page of a list as it would be committed. */
  pageOf(stream: StreamName, ...records: unknown[]): PageCommit
  /** The same by other settings or code. */
  mappedBy(mapping: Pick<MappingOf, 'settings' | 'rules'>): Pick<Mirror, 'commit'>
  /** What a query finds; `$account` in it stands for the account. */
  ask<T extends object>(query: string): Promise<T[]>
  /** The one row that a query finds. */
  one<T extends object>(query: string): Promise<T>
  /** Remote id of the row that a row's column refers to; null where it refers to nothing. */
  parentOf(table: MainTable, id: string, column: string, parent: MainTable): Promise<string | null>
  /** Does something, and says whether `changed_at` of the row moved by it. */
  changes(table: MainTable, id: string, act: () => Promise<unknown>): Promise<boolean>
  /** Which write made each row of the ten tables: it differs after a write of the same values, too. */
  versions(): Promise<Map<string, string>>
}

export async function openMirror(
  db: Db,
  account = uniqueName('acme'),
  { lazily = false } = {},
): Promise<Mirror> {
  await insertBareAccount(db, account)
  const runId = randomUUID()
  await beginRun(db, { id: runId, account, mode: 'full', trigger: 'start', models: [] })
  const leaseEpochs = new Map<StreamName, number>()
  for (const stream of streamNames) {
    leaseEpochs.set(stream, (await takeLease(db, nextClaim(account, stream, runId), firstCursor)).leaseEpoch)
    await beginStream(db, runId, stream)
  }

  async function ask<T extends object>(query: string): Promise<T[]> {
    return (await sql.raw<T>(query.replaceAll('$account', `'${account}'`)).execute(db)).rows
  }

  async function one<T extends object>(query: string): Promise<T> {
    const [row, ...others] = await ask<T>(query)
    if (row === undefined || others.length > 0)
      throw new Error(`not one row but ${others.length + 1} or none: ${query}`)
    return row
  }

  async function changedAt(table: MainTable, id: string): Promise<string> {
    const row = await one<{ at: string }>(
      `select changed_at::text as at from ats.${table} where account = $account and remote_id = '${id}'`,
    )
    return row.at
  }

  const pagesBy =
    (mapping: MappingOf): Mirror['pageOf'] =>
    (stream, ...records) => ({
      ...{
        account,
        runId,
        mode: 'full',
        stream,
        leaseEpoch: leaseEpochs.get(stream) ?? 0,
        cursor: firstCursor,
      },
      ...mapText(JSON.stringify(records), { stream, mapping }),
      looksUp: true,
      takeCalls: () => 1,
    })
  const committing =
    (mapping: MappingOf): Mirror['commit'] =>
    async (stream, ...records) =>
      await commitPage(db, pagesBy(mapping)(stream, ...records))
  const mapping = mappingOf(account, noSettings, lazily)

  return {
    account,
    ask,
    commit: committing(mapping),
    pageOf: pagesBy(mapping),
    mappedBy: (other) => ({ commit: committing({ ...mapping, ...other }) }),
    one,
    async parentOf(table, id, column, parent) {
      const row = await one<{ parent: string | null }>(
        `select p.remote_id as parent from ats.${table} t left join ats.${parent} p on p.id = t.${column}
        where t.account = $account and t.remote_id = '${id}'`,
      )
      return row.parent
    },
    async changes(table, id, act) {
      const first = await changedAt(table, id)
      await act()
      return (await changedAt(table, id)) !== first
    },
    async versions() {
      const selects = tableNames.map(
        (table) => `select '${table} ' || id as row, xmin::text from ats.${table} where account = $account`,
      )
      const rows = await ask<{ row: string; xmin: string }>(selects.join(' union all '))
      return new Map(rows.map(({ row, xmin }) => [row, xmin]))
    },
  }
}
