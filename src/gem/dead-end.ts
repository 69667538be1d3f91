import { type DeadEnd, TryAgainError } from '../errors.ts'
import { describeCall } from './call.ts'

/** Says what is wrong with a list that cannot be read on from there. `total`: rows that Gem says it has. */
export function deadEndError(path: string, deadEnd: DeadEnd, total: number | null): TryAgainError {
  const { page, perPage } = deadEnd
  const where = describeCall({ label: path, page, perPage })
  return new TryAgainError(`${where}: ${explain(deadEnd, total)}`, { deadEnd })
}

function explain({ page, sameAs, rows }: DeadEnd, total: number | null): string {
  if (sameAs === null) {
    const says = total === null ? '' : `, where Gem says there are ${total}`
    return `still records after ${rows}${says}: the list has no end`
  }
  const why = page - sameAs === 1 ? 'Gem ignores the page number' : 'the list goes in circles'
  return `the same records as on page ${sameAs}: ${why}, and the rest cannot be read`
}
