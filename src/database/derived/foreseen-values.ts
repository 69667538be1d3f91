import type { InterviewFacts } from '../../mappers/interviews.ts'
import type { Model } from '../../mappers/model.ts'
import type { Db } from '../connect.ts'
import type { Row, WriteContext } from '../rows.ts'
import { plannedStages } from './interview-stages.ts'

/** Computed columns by the id of their row. */
export type ForeseenValues = ReadonlyMap<string, Readonly<Record<string, string | null>>>

/**
 * Computed values that new rows are likely to get, so that they need not be written twice. They may be wrong or
 * missing: once all is written, `followChanges` computes them from what is stored and puts right what differs.
 *
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
    if (other === undefined || rankOf(application) < rankOf(other)) first.set(candidate, application)
  }
  return new Map(
    rows.flatMap(({ id }) => {
      const origin = first.get(id)?.origin
      return origin ? [[id, { source: origin.source }]] : []
    }),
  )
}

/** Deleted ones last, then the earliest, then by id. Times are texts of one form. */
const rankOf = ({ deleted, origin, remoteId }: Row) =>
  `${deleted === null ? 0 : 1} ${origin?.appliedAt ?? 'never'} ${remoteId}`

async function stagesOf(trx: Db, context: WriteContext, rows: readonly Row[]): Promise<ForeseenValues> {
  const planned = rows.flatMap(({ id, facts }) =>
    facts === null ? [] : [{ id, item: (facts as InterviewFacts).item }],
  )
  const stages = await plannedStages(trx, context, planned)
  return new Map(stages.map(({ id, stage_id }) => [id, { stage_id }]))
}
