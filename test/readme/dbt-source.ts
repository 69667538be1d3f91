/**
 * docs/dbt/gem_ats.yml as the declarations of the models make it. `node test/readme/dbt-source.ts > docs/dbt/gem_ats.yml`
 * writes it anew.
 */
import { columnsOf, joinTables, models } from '../../src/mappers/registry.ts'
import type { TableColumn } from '../../src/mappers/table-columns.ts'
import type { JoinTable, MainTable } from '../../src/streams.ts'

const head = `# Sources for dbt (1.8 or newer, PostgreSQL): copy this file below your models. It is made of the declarations that
# the tables are made of.
#
# A row of ats never leaves: models begin with  where remote_deleted_at is null.
# dbt source freshness looks at the syncs, since changed_at of a table stands still while nothing changes in Gem. With
# several accounts the freshest one counts: narrow the filter by  and account = '…'.
version: 2

sources:
  - name: gem_ats
    description: Gem ATS accounts in the unified model, mirrored by gem-ats-sync
    schema: ats
    tables:`

const tail = `
  - name: gem_ats_sync
    description: What the syncs have done
    schema: sync
    tables:
      - name: runs
        description: One row a sync of an account
        config:
          loaded_at_field: started_at
          freshness:
            warn_after: {count: 6, period: hour}
            error_after: {count: 24, period: hour}
            filter: state = 'SUCCEEDED'
      - name: run_streams
        description: What a sync did with each of Gem's lists
      - name: account_states
        description: The accounts, without their keys
`

export function dbtSource(): string {
  const main = Object.values(models).map(({ table, comment }) => ({ table, comment }))
  const joins = (Object.keys(joinTables) as JoinTable[]).map((table) => ({
    table,
    comment: joinTables[table].comment,
  }))
  return `${head}${[...main, ...joins].map(({ table, comment }) => tableOf(table, comment)).join('')}${tail}`
}

function tableOf(table: MainTable | JoinTable, comment: string): string {
  const columns = columnsOf(table).map(columnOf).join('')
  return `\n      - name: ${table}\n        description: ${quoted(comment)}\n        columns:${columns}`
}

function columnOf(column: TableColumn): string {
  const lines = [`- name: ${column.name}`, `  description: ${quoted(column.comment)}`]
  const tests = testsOf(column)
  if (tests.length > 0) lines.push('  data_tests:', ...tests.map((test) => `    - ${test}`))
  return lines.map((line) => `\n          ${line}`).join('')
}

function testsOf({ name, nullable, oneOf, references, postgres }: TableColumn): string[] {
  return [
    ...(name === 'id' ? ['unique'] : []),
    ...(nullable ? [] : ['not_null']),
    ...(oneOf === undefined || postgres === 'text[]'
      ? []
      : [`accepted_values: {arguments: {values: [${oneOf.join(', ')}]}}`]),
    ...(references === undefined
      ? []
      : [`relationships: {arguments: {to: "source('gem_ats', '${references}')", field: id}}`]),
  ]
}

/** A YAML scalar in single quotes: nothing in it means anything. */
const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

if (import.meta.main) process.stdout.write(dbtSource())
