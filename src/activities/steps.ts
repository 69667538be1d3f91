import type { Cursor, FailedPlace, Step } from '../database/checkpoints.ts'
import type { RunMode } from '../database/database-types.ts'
import { toQuery } from '../gem/filters.ts'
import { type StreamName, streams } from '../streams.ts'

/** With what a stream begins in a run. */
export function firstStep(stream: StreamName, mode: RunMode, since: string | null): Step {
  const narrows = streams[stream].delta !== 'whole' && since !== null
  return mode === 'delta' && narrows ? { kind: 'window', filter: 0 } : { kind: 'whole' }
}

/**
 * What follows when a step has been read to its end. A full pass is closed by a delta from the previous watermark: a
 * row that was moved from an unread page to one that was read is in it.
 */
export function nextStep(
  { step, since }: Pick<Cursor, 'step' | 'since'>,
  stream: StreamName,
  mode: RunMode,
): Step {
  const { delta } = streams[stream]
  const filters = delta === 'whole' || since === null ? 0 : delta.length
  const filter = step.kind === 'whole' ? 0 : step.kind === 'window' ? step.filter + 1 : filters
  const wantsWindow = step.kind === 'window' || (step.kind === 'whole' && mode === 'full')
  if (wantsWindow && filter < filters) return { kind: 'window', filter }
  return mode === 'full' && step.kind !== 'absences' ? { kind: 'absences' } : { kind: 'done' }
}

/** The query by which a step reads the list. */
export function queryOf(
  stream: StreamName,
  { step, since }: Pick<Cursor, 'step' | 'since'>,
): Record<string, string> {
  const { delta, includeDeleted } = streams[stream]
  const filter = step.kind === 'window' && delta !== 'whole' ? delta[step.filter] : undefined
  return toQuery({
    ...(includeDeleted ? { include_deleted: true } : {}),
    ...(filter === undefined ? {} : { [filter]: since }),
  })
}

/** Where a list is read or has failed. */
type Place = Pick<FailedPlace, 'step' | 'offset'>

/** Whether a list is read, by the order of its steps, beyond a place at which it has failed. */
export function isBeyond(place: Place, failedAt: Place | null): boolean {
  if (failedAt === null) return true
  const order = compareSteps(place.step, failedAt.step)
  return order > 0 || (order === 0 && place.offset > failedAt.offset)
}

/** Below 0 where a stream reads the first one earlier. */
export const compareSteps = (one: Step, other: Step) => orderOf(one) - orderOf(other)

function orderOf(step: Step): number {
  const last = Number.MAX_SAFE_INTEGER
  switch (step.kind) {
    case 'whole':
      return 0
    case 'window':
      return 1 + step.filter
    case 'absences':
      return last - 1
    case 'done':
      return last
  }
}
