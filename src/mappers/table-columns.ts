import type { MainTable } from '../streams.ts'
import { columnOrder } from './column-order.ts'
import type { Column } from './columns.ts'
import type { Join } from './join-tables.ts'
import type { Model } from './model.ts'

/** A column as a migration creates it and `information_schema` shows it. */
export interface TableColumn {
  readonly name: string
  readonly postgres: Column['postgres'] | 'uuid' | 'text[]'
  readonly nullable: boolean
  readonly comment: string
  /** As SQL. */
  readonly default?: string
  /** Values that a CHECK allows: of the column, or of its elements where it is an array. */
  readonly oneOf?: readonly string[]
  /** Table of `ats` whose `id` it refers to. */
  readonly references?: MainTable
}

/** The columns of a main table, in order. */
export function mainColumns(model: Model): TableColumn[] {
  return [
    ...identity,
    { name: 'remote_id', postgres: 'text', nullable: false, comment: "Gem's id, byte for byte" },
    ...columnOrder[model.table].map((name) => ownColumn(model, name)),
    ...marks,
    { name: 'remote_data', postgres: 'jsonb', nullable: true, comment: 'The object as Gem sent it' },
  ]
}

/** The columns of a join table, in order. */
export function joinColumns({ owner, parent, columns }: Join): TableColumn[] {
  const own = Object.entries(columns).map(([name, column]) => ({ name, nullable: true, ...column }))
  const ids = [owner, parent].map(({ column, table }) => ({ ...reference(column, table), nullable: false }))
  return [...identity, ...own, ...ids, ...marks]
}

const identity: readonly TableColumn[] = [
  { name: 'account', postgres: 'text', nullable: false, comment: 'The Gem account whose row it is' },
  {
    name: 'id',
    postgres: 'uuid',
    nullable: false,
    comment: 'Stable id, made of account, table and remote id',
  },
]

const marks: readonly TableColumn[] = [
  {
    name: 'changed_at',
    postgres: 'timestamptz',
    nullable: false,
    comment: 'When a column of this row other than remote_data last changed',
  },
  {
    name: 'remote_deleted_at',
    postgres: 'timestamptz',
    nullable: true,
    comment: 'When it was deleted in Gem, or was proven to be gone; null while it is there',
  },
]

function ownColumn(model: Model, name: string): TableColumn {
  const parent = model.references[name]
  if (parent !== undefined) return reference(name, parent)
  const column: Declared | undefined = model.columns[name] ?? model.derived[name]
  if (column === undefined)
    throw new Error(`ats.${model.table} is to have ${name}, which its model does not declare`)
  return {
    name,
    postgres: column.postgres,
    nullable: column.default === undefined,
    comment: column.comment,
    ...(column.default === undefined ? {} : { default: column.default }),
    ...(column.oneOf === undefined ? {} : { oneOf: column.oneOf }),
    ...(column.references === undefined ? {} : { references: column.references }),
  }
}

/** What columns and derived columns have in common. */
type Declared = Pick<Column, 'comment' | 'default' | 'oneOf'> & {
  readonly postgres: Column['postgres'] | 'uuid'
  readonly references?: MainTable
}

function reference(name: string, table: MainTable): TableColumn {
  return { name, postgres: 'uuid', nullable: true, comment: `Row of ats.${table}`, references: table }
}
