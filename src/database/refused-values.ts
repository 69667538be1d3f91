import { sql } from 'kysely'
import type { Model } from '../mappers/model.ts'
import type { MappedRecord } from '../mappers/read-record.ts'
import type { Db } from './connect.ts'
import { followChanges } from './follow-changes.ts'
import { toRows, type WriteContext } from './rows.ts'
import { type WriteCounts, writeRows } from './write-page.ts'

export interface RefusedRecord {
  readonly record: MappedRecord
  readonly reason: string
}

export interface CarefulOutcome {
  readonly counts: WriteCounts
  readonly refused: readonly RefusedRecord[]
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
 * Writes the records that PostgreSQL takes, each part with what follows from it: a computed value may be what is refused. Of several copies of one record the last that it takes counts, and the
 * others are not written at all: in halves of their own each would undo the other, at each replay anew.
 */
export async function writeCarefully(
  trx: Db,
  context: WriteContext,
  model: Model,
  records: readonly MappedRecord[],
  embedded: readonly MappedRecord[],
): Promise<CarefulOutcome> {
  const latest = new Map(records.map((record) => [record.remoteId, record]))
  const written = await writeOrHalve(trx, context, model, [...latest.values()], embedded)
  const refused = new Set(written.refused.map(({ record }) => record.remoteId))
  const others = records.filter((record) => latest.get(record.remoteId) !== record)
  const instead = others.filter(({ remoteId }) => refused.has(remoteId))
  const counts = { ...written.counts, unchanged: written.counts.unchanged + others.length - instead.length }
  if (instead.length === 0) return { ...written, counts }
  return add({ ...written, counts }, await writeCarefully(trx, context, model, instead, embedded))
}

/** Halves a batch that PostgreSQL refuses until the records are found that it refuses; the others are written. */
async function writeOrHalve(
  trx: Db,
  context: WriteContext,
  model: Model,
  records: readonly MappedRecord[],
  embedded: readonly MappedRecord[],
): Promise<CarefulOutcome> {
  await sql`savepoint halving`.execute(trx)
  try {
    const rows = toRows(model, context.account, records)
    const { counts, ...written } = await writeRows(trx, context, model, rows, embedded)
    await followChanges(trx, context, [written])
    await sql`release savepoint halving`.execute(trx)
    return { counts, refused: [] }
  } catch (error) {
    if (!isRefusedValue(error)) throw error
    await sql`rollback to savepoint halving`.execute(trx)
    await sql`release savepoint halving`.execute(trx)
    return await halve(trx, context, model, records, embedded, error)
  }
}

async function halve(
  trx: Db,
  context: WriteContext,
  model: Model,
  records: readonly MappedRecord[],
  embedded: readonly MappedRecord[],
  error: unknown,
): Promise<CarefulOutcome> {
  const [record, ...others] = records
  if (record === undefined) throw error
  if (others.length === 0) {
    return {
      counts: { inserted: 0, updated: 0, unchanged: 0 },
      refused: [{ record, reason: reasonOf(error) }],
    }
  }
  const middle = Math.ceil(records.length / 2)
  const first = await writeOrHalve(trx, context, model, records.slice(0, middle), embedded)
  return add(first, await writeOrHalve(trx, context, model, records.slice(middle), embedded))
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
