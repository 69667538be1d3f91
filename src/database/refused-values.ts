import { sql } from 'kysely'
import type { Model } from '../mappers/model.ts'
import type { Db } from './connect.ts'
import { followChanges } from './follow-changes.ts'
import { latestRows, type PageContext, type Row } from './rows.ts'
import { type WriteCounts, writeRows } from './write-page.ts'

export interface RefusedRow {
  readonly row: Row
  readonly reason: string
}

export interface CarefulOutcome {
  readonly counts: WriteCounts
  readonly refused: readonly RefusedRow[]
}

/**
 * Whether PostgreSQL refused a value (out of range, malformed, too large), rather than the statement or the moment.
 * Classes: 22 data exception, 23 integrity constraint, 54 program limit.
 */
export function isRefusedValue(error: unknown): boolean {
  return /^(22|23|54)/.test(sqlState(error) ?? '')
}

function sqlState(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/**
 * Writes the rows that PostgreSQL takes, each part with what follows from it: a computed value may be what is refused.
 * Of several copies of one record the last that it takes counts, and the others are not written at all: in halves of their own each would undo the other, at each replay anew.
 */
export async function writeCarefully(
  trx: Db,
  context: PageContext,
  model: Model,
  rows: readonly Row[],
  embedded: readonly Row[],
): Promise<CarefulOutcome> {
  const latest = latestRows(rows)
  const written = await writeOrHalve(trx, context, model, latest, embedded)
  const refused = new Set(written.refused.map(({ row }) => row.id))
  const others = rows.filter((row) => !latest.includes(row))
  const instead = others.filter(({ id }) => refused.has(id))
  const counts = { ...written.counts, unchanged: written.counts.unchanged + others.length - instead.length }
  if (instead.length === 0) return { ...written, counts }
  return add({ ...written, counts }, await writeCarefully(trx, context, model, instead, embedded))
}

/** Halves a batch that PostgreSQL refuses until the rows are found that it refuses; the others are written. */
async function writeOrHalve(
  trx: Db,
  context: PageContext,
  model: Model,
  rows: readonly Row[],
  embedded: readonly Row[],
): Promise<CarefulOutcome> {
  await sql`savepoint halving`.execute(trx)
  try {
    const { counts, ...written } = await writeRows(trx, context, model, rows, embedded)
    await followChanges(trx, context, [written])
    await sql`release savepoint halving`.execute(trx)
    return { counts, refused: [] }
  } catch (error) {
    if (!isRefusedValue(error)) throw error
    await sql`rollback to savepoint halving`.execute(trx)
    await sql`release savepoint halving`.execute(trx)
    return await halve(trx, context, model, rows, embedded, error)
  }
}

async function halve(
  trx: Db,
  context: PageContext,
  model: Model,
  rows: readonly Row[],
  embedded: readonly Row[],
  error: unknown,
): Promise<CarefulOutcome> {
  const [row, ...others] = rows
  if (row === undefined) throw error
  if (others.length === 0) {
    return {
      counts: { inserted: 0, updated: 0, unchanged: 0 },
      refused: [{ row, reason: reasonOf(error) }],
    }
  }
  const middle = Math.ceil(rows.length / 2)
  const first = await writeOrHalve(trx, context, model, rows.slice(0, middle), embedded)
  return add(first, await writeOrHalve(trx, context, model, rows.slice(middle), embedded))
}

function add(one: CarefulOutcome, other: CarefulOutcome): CarefulOutcome {
  return {
    counts: {
      inserted: one.counts.inserted + other.counts.inserted,
      updated: one.counts.updated + other.counts.updated,
      unchanged: one.counts.unchanged + other.counts.unchanged,
    },
    refused: [...one.refused, ...other.refused],
  }
}

/** PostgreSQL's condition without its text, which quotes the value. */
function reasonOf(error: unknown): string {
  const state = sqlState(error) ?? 'unknown'
  const condition = conditions[state]
  return `PostgreSQL refuses a value: ${condition ? `${condition} (${state})` : `SQLSTATE ${state}`}`
}

const conditions: Record<string, string> = {
  '22003': 'a number is out of range',
  '22007': 'a time is malformed',
  '22008': 'a time is out of range',
  '22021': 'a text is not valid in the database encoding',
  '22P02': 'a value is malformed for its column',
  '22P05': 'a character cannot be stored',
  '23514': 'a value is not one of those allowed',
  '54000': 'a value is too large',
  '54001': 'a value is nested too deeply',
}
