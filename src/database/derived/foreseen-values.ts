import type { InterviewFacts } from '../../mappers/interviews.ts'
import { instantOf } from '../../mappers/iso-time.ts'
import type { Model } from '../../mappers/model.ts'
import type { Db } from '../connect.ts'
import type { Row, WriteContext } from '../rows.ts'
import { plannedStages } from './interview-stages.ts'

/** Computed columns by the id of their row. */
export type ForeseenValues = ReadonlyMap<string, Readonly<Record<string, string | null>>>

/**
 * Computed values that new rows are to get, so that they are neither written twice nor computed again: what is foreseen
 * is right if the rows that came along are written as they came. Others are left to `followChanges`, which computes them
 * from what is stored.
 *
 * @param rows those that are new.
 * @param embedded rows that came along in these.
 */
export async function foreseeValues(
  trx: Db,
  context: WriteContext,
  model: Model,
  rows: readonly Row[],
  embedded: readonly Row[],
): Promise<ForeseenValues> {
  if (model.table === 'candidates') return sourcesOf(rows, embedded)
  if (model.table === 'interviews') return await stagesOf(trx, context, rows)
  return new Map()
}

/** The source of a candidate's first application, as far as it came along. */
function sourcesOf(rows: readonly Row[], applications: readonly Row[]): ForeseenValues {
  const first = new Map<string, Row>()
  for (const application of applications) {
    const { candidate_id: candidate } = application.wanted
    if (!candidate) continue
    const other = first.get(candidate)
    if (other === undefined || isBefore(application, other)) first.set(candidate, application)
  }
  return new Map(
    rows.flatMap(({ id }) => {
      const origin = first.get(id)?.origin
      return origin ? [[id, { source: origin.source }]] : []
    }),
  )
}

/** As `refreshCandidateSources` ranks them: deleted ones last, then the earliest, then by the bytes of their ids. */
function isBefore(one: Row, other: Row): boolean {
  if ((one.deleted === null) !== (other.deleted === null)) return one.deleted === null
  const [at, otherAt] = [appliedAt(one), appliedAt(other)]
  if (at !== otherAt) return at < otherAt
  return Buffer.compare(Buffer.from(one.remoteId), Buffer.from(other.remoteId)) < 0
}

const appliedAt = ({ origin }: Row) =>
  typeof origin?.appliedAt === 'string' ? instantOf(origin.appliedAt) : Number.POSITIVE_INFINITY

async function stagesOf(trx: Db, context: WriteContext, rows: readonly Row[]): Promise<ForeseenValues> {
  const planned = rows.flatMap(({ id, facts }) =>
    facts === null ? [] : [{ id, item: (facts as InterviewFacts).item }],
  )
  const stages = await plannedStages(trx, context, planned)
  return new Map(stages.map(({ id, stage_id }) => [id, { stage_id }]))
}
