import type { MainTable } from '../streams.ts'

export interface GuardInput {
  readonly account: string
  readonly table: MainTable
  /** Rows not marked as deleted, and those of them that the full pass did not show. */
  readonly alive: number
  readonly absent: number
  /** Of the absent, those whose deletion a person has confirmed. */
  readonly confirmed: number
  /** The latest reading of the list showed nothing at all. */
  readonly isEmpty: boolean
  readonly maxShare: number
  readonly minRows: number
}

/**
 * Whether so many absences look rather like a fault than like deletions. Those that a person has confirmed count as
 * marked: the others are judged by what is left.
 *
 * @returns why the others are not marked and what to do, for people; null if the absences may be looked into.
 */
export function deletionGuard({
  confirmed,
  isEmpty,
  maxShare,
  minRows,
  ...input
}: GuardInput): string | null {
  const { table } = input
  const [alive, absent] = [input.alive - confirmed, input.absent - confirmed]
  const besides = confirmed > 0 ? `besides the ${confirmed} whose deletion was confirmed, ` : ''
  const advise = (what: string) =>
    `${what}: ${confirmed > 0 ? 'none of these' : 'nothing'} was marked as deleted. If it is true: ${confirmingCommand(input)}`
  if (isEmpty && alive > 0) return advise(`${besides}Gem shows no ${table} at all, where ${alive} were known`)
  if (alive < minRows || absent <= alive * maxShare) return null
  const percent = Math.round((absent / alive) * 100)
  return advise(
    `${besides}Gem no longer shows ${absent} of ${alive} ${table} (${percent} %, above deletions.maxShare)`,
  )
}

/** For whoever has looked into Gem. */
function confirmingCommand({ account, table }: Pick<GuardInput, 'account' | 'table'>): string {
  const input = JSON.stringify({ mode: 'full', models: [table], confirmDeletions: true })
  return `temporal workflow signal --workflow-id gem-account-${account} --name resync --input '${input}'`
}
