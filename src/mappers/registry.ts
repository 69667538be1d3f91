import type { JoinTable, MainTable } from '../streams.ts'
import { applicationStages } from './application-stages.ts'
import { applications } from './applications.ts'
import { candidates } from './candidates.ts'
import { interviews } from './interviews.ts'
import { jobPostings } from './job-postings.ts'
import { jobs } from './jobs.ts'
import { joinTables } from './join-tables.ts'
import type { Model } from './model.ts'
import { joinColumns, mainColumns, type TableColumn } from './table-columns.ts'
import { users } from './users.ts'

/** The seven main models. What drives over all models takes them from here and knows none by name. */
export const models: Record<MainTable, Model> = {
  users,
  jobs,
  job_postings: jobPostings,
  candidates,
  application_stages: applicationStages,
  applications,
  interviews,
}

export { joinTables }

/** All columns of one of the ten tables, in the order of unified-model.md section 2. */
export function columnsOf(table: MainTable | JoinTable): TableColumn[] {
  return isJoinTable(table) ? joinColumns(joinTables[table]) : mainColumns(models[table])
}

function isJoinTable(table: MainTable | JoinTable): table is JoinTable {
  return Object.hasOwn(joinTables, table)
}
