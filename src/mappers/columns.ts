import { z } from 'zod'

/** A column of an `ats` table: its PostgreSQL type and what a row may hold there. */
export interface Column<Schema extends z.ZodType = z.ZodType> {
  readonly postgres: 'text' | 'boolean' | 'integer' | 'timestamptz' | 'jsonb'
  readonly schema: Schema
  /** Values that a CHECK allows. */
  readonly oneOf?: readonly string[]
  /** NOT NULL DEFAULT, as SQL. */
  readonly default?: string
  /** COMMENT ON COLUMN. */
  readonly comment: string
}

export type Columns = Record<string, Column>

/** The JavaScript values of a set of columns; times are ISO 8601 strings in UTC. */
export type ValuesOf<C extends Columns> = { [K in keyof C]: z.infer<C[K]['schema']> }

export const text = (comment: string) =>
  ({ postgres: 'text', schema: z.string().nullable(), comment }) satisfies Column

export const boolean = (comment: string) =>
  ({ postgres: 'boolean', schema: z.boolean().nullable(), comment }) satisfies Column

export const integer = (comment: string) =>
  ({ postgres: 'integer', schema: z.number().nullable(), comment }) satisfies Column

export const time = (comment: string) =>
  ({ postgres: 'timestamptz', schema: z.string().nullable(), comment }) satisfies Column

export const oneOf = <const Values extends readonly [string, ...string[]]>(comment: string, values: Values) =>
  ({ postgres: 'text', schema: z.enum(values).nullable(), oneOf: values, comment }) satisfies Column

/** A JSON value that may be null. */
export const json = <Schema extends z.ZodType>(comment: string, schema: Schema) =>
  ({ postgres: 'jsonb', schema: schema.nullable(), comment }) satisfies Column

/** A JSON array, empty by default. */
export const jsonList = <Schema extends z.ZodType>(comment: string, element: Schema) =>
  ({ postgres: 'jsonb', schema: z.array(element), default: `'[]'`, comment }) satisfies Column

/** A JSON object, empty by default. */
export const jsonObject = <Schema extends z.ZodType>(comment: string, schema: Schema) =>
  ({ postgres: 'jsonb', schema, default: `'{}'`, comment }) satisfies Column
