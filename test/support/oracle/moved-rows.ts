import type pg from 'pg'
import { same } from './differences.ts'
import { type ExpectedTables, joinTableNames, type Row, type TableName, tableNames } from './types.ts'

/** When each row of an account changed last, by table and id, to the microsecond. */
export type ChangeTimes = ReadonlyMap<string, string>

export async function readChangeTimes(database: pg.Pool, account: string): Promise<ChangeTimes> {
  const times = new Map<string, string>()
  for (const table of tableNames) {
    const { rows } = await database.query<{ id: string; changed_at: string }>(
      `select id, changed_at::text from ats.${table} where account = $1`,
      [account],
    )
    for (const { id, changed_at } of rows) times.set(`${table} ${id}`, changed_at)
  }
  return times
}

/** An account's rows at a moment, with the times of their last changes. */
export interface Moment {
  readonly tables: ExpectedTables
  readonly changes: ChangeTimes
}

/**
 * Whether a row may have passed through other values. Between two pages of stages, and before a vanished one is found to
 * be gone, ranks do. A job's description does between two pages of postings: one leaves, for the moment, to one that is
 * about to leave as well. So does a candidate's source, where one application leaves and another one comes, and an
 * interview's stage, where its application names several jobs: it follows its stage to one of them, and then its record.
 */
function mayPassThrough(table: TableName, row: Row, before: Moment, after: Moment): boolean {
  if (table === 'job_application_stages') return true
  if (table === 'jobs') return movedOf(row, 'job_postings', 'job_id', before, after) > 1
  if (table === 'candidates') return movedOf(row, 'applications', 'candidate_id', before, after) > 1
  if (table === 'interviews') return hasChosenAnew(row.application_id, before, after)
  return false
}

/** Whether an application has changed that names several jobs, or did before. */
function hasChosenAnew(application: unknown, before: Moment, after: Moment): boolean {
  const namesSeveral = ({ tables }: Moment) =>
    [...tables.applications.values()].some(({ id, custom_fields: fields }) => {
      const { jobs } = fields as { jobs?: readonly unknown[] }
      return id === application && jobs !== undefined && jobs.length > 1
    })
  return hasMoved('applications', application, before, after) && [before, after].some(namesSeveral)
}

const hasMoved = (table: TableName, id: unknown, before: Moment, after: Moment) =>
  before.changes.get(`${table} ${String(id)}`) !== after.changes.get(`${table} ${String(id)}`)

/** How many rows that are the owner's, or were before, have changed. */
function movedOf(owner: Row, table: TableName, reference: string, before: Moment, after: Moment): number {
  return [...after.tables[table]].filter(([key, row]) => {
    const owners = [row[reference], before.tables[table].get(key)?.[reference]]
    return owners.includes(owner.id) && hasMoved(table, row.id, before, after)
  }).length
}

/** Rows whose `changed_at` moved although no column but `remote_data` differs, or stood still although one does. */
export function wronglyMoved(before: Moment, after: Moment): string[] {
  return tableNames.flatMap((table) =>
    [...after.tables[table]].flatMap(([key, row]) => {
      const earlier = before.tables[table].get(key)
      if (earlier === undefined) return []
      const { remote_data: _, ...columns } = row
      const { remote_data: __, ...earlierColumns } = earlier
      const differs = !same(earlierColumns, columns)
      const moved = hasMoved(table, row.id, before, after)
      if (differs === moved || (moved && mayPassThrough(table, row, before, after))) return []
      return [`${table} ${key}: changed_at ${moved ? 'moved, but no column differs' : 'did not move'}`]
    }),
  )
}

/** Pairs that were dead before and after a sync, but not the same. */
export function restlessPairs(before: Moment, after: Moment): string[] {
  return joinTableNames.flatMap((table) =>
    [...after.tables[table]].flatMap(([key, row]) => {
      const earlier = before.tables[table].get(key)
      const wereDead = earlier?.remote_deleted_at != null && row.remote_deleted_at != null
      return wereDead && !same(earlier, row) ? [`${table} ${key} was dead and has changed`] : []
    }),
  )
}
