import type { RejectedRecord } from '../../mappers/read-record.ts'
import type { MappedBatch } from '../batch.ts'
import type { Db } from '../connect.ts'
import type { Row, WriteContext } from '../rows.ts'
import { blankRejected, blankRow } from './blank-record.ts'
import { blankRejectsOf } from './blank-rejects.ts'
import { blankRows, type PersonalTable, theseCandidates } from './blank-rows.ts'
import { findDue } from './find-due.ts'
import {
  isMarkedBefore,
  isRejectedMarkedBefore,
  type Links,
  linksOf,
  linksOfRejected,
  noLinks,
} from './links.ts'

export interface BlankedBatch {
  readonly batch: MappedBatch
  /** Candidates (row ids) whom blanked records of the batch are about. */
  readonly persons: readonly string[]
  /** Gem's ids of the mapped records that were blanked. */
  readonly blank: ReadonlySet<string>
}

/**
 * The batch as it may be written: what it brings of candidates who are kept blank is blanked, so that nothing of it
 * comes back, for no moment. Costs a statement, and nothing while retention is off.
 */
export async function blankBatch(
  trx: Db,
  { account }: WriteContext,
  before: Date | null,
  batch: MappedBatch,
): Promise<BlankedBatch> {
  const { model } = batch
  const { personal } = model
  const table = personalTable(batch)
  if (before === null || personal === undefined || table === null)
    return { batch, persons: [], blank: new Set() }
  const rejected = batch.records.filter((record) => record.kind === 'rejected')
  const links = new Map<Row | RejectedRecord, Links>([
    ...batch.rows.map((row) => [row, linksOf(account, model, table, row)] as const),
    ...rejected.map((record) => [record, linksOfRejected(account, table, record)] as const),
  ])
  const persons = await personsOf(trx, account, before, links)
  const known = new Set(table === 'candidates' ? [] : persons.values())
  for (const row of table === 'candidates' ? batch.rows : []) {
    if (isMarkedBefore(row, before)) persons.set(row, row.id)
  }
  const blank = new Set(batch.rows.filter((row) => persons.has(row)).map((row) => row.remoteId))
  const rows = batch.rows.map((row) => (persons.has(row) ? blankRow(model, row, personal) : row))
  const records = batch.records.map((record) => {
    if (record.kind === 'read') return record
    if (record.kind === 'mapped')
      return blank.has(record.remoteId) ? blankRow(model, record, personal) : record
    const isDue = persons.has(record) || (table === 'candidates' && isRejectedMarkedBefore(record, before))
    return isDue ? blankRejected(account, record, known) : record
  })
  return { batch: { ...batch, rows, records }, persons: [...new Set(persons.values())], blank }
}

/** Blanks what was stored of these candidates before it was known to be about them. */
export async function blankBelongings(
  trx: Db,
  context: WriteContext,
  candidates: readonly string[],
): Promise<void> {
  if (candidates.length === 0) return
  const persons = theseCandidates(candidates)
  await blankRows(trx, context, 'applications', persons, null)
  await blankRows(trx, context, 'interviews', persons, null)
  await blankRejectsOf(trx, context.account, persons, null)
}

/** The same of candidates who have just been marked as gone, as far as that lies long enough back by now. */
export async function blankGone(
  trx: Db,
  context: WriteContext,
  before: Date | null,
  candidates: readonly string[],
): Promise<void> {
  if (before === null) return
  const due = [
    ...(
      await findDue(trx, context.account, before, { candidates, applications: [], interviews: [], named: [] })
    ).keys(),
  ]
  if (due.length === 0) return
  await blankRows(trx, context, 'candidates', theseCandidates(due), null)
  await blankBelongings(trx, context, due)
}

function personalTable({ model: { table } }: MappedBatch): PersonalTable | null {
  return table === 'candidates' || table === 'applications' || table === 'interviews' ? table : null
}

/** Of the records whose candidate is kept blank, the candidate. */
async function personsOf<T>(
  trx: Db,
  account: string,
  before: Date,
  links: ReadonlyMap<T, Links>,
): Promise<Map<T, string>> {
  const all = [...links.values()].filter((link) => link !== noLinks)
  if (all.length === 0) return new Map()
  const due = await findDue(trx, account, before, {
    candidates: all.flatMap(({ candidates = [] }) => candidates),
    applications: all.flatMap(({ applications = [] }) => applications),
    interviews: all.flatMap(({ interviews = [] }) => interviews),
    named: all.flatMap(({ named = [] }) => named),
  })
  return new Map(
    [...links].flatMap(([record, { candidates = [], applications = [], interviews = [], named = [] }]) => {
      const [person] = [...candidates, ...applications, ...interviews, ...named].flatMap(
        (id) => due.get(id) ?? [],
      )
      return person === undefined ? [] : [[record, person] as const]
    }),
  )
}
