import type pg from 'pg'
import type { MainTable } from '../../src/streams.ts'

/**
 * Has PostgreSQL refuse rows of a table, in this database: of what Gem can send, mappers let nothing pass that it would
 * refuse by itself.
 */
export async function refuseRows(owner: pg.Pool, table: MainTable, condition: string): Promise<void> {
  await owner.query(`alter table ats.${table} add check (not coalesce(${condition}, false))`)
}
