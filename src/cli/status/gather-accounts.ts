import { type Environment, temporalOf } from '../../config.ts'
import { type AccountOverview, readOverviews } from '../../database/list-accounts.ts'
import { type Outcome, queryStatuses } from '../account-workflow.ts'
import { withDatabase } from '../with-database.ts'

/** Workflows that are asked for an overview; each answer costs a worker a little. */
export const MOST_ASKED = 100

export interface Overview {
  readonly known: AccountOverview
  /** Null: not asked, since there are too many accounts. */
  readonly outcome: Outcome<unknown> | null
}

/** @throws UserError if there is no database. */
export async function gatherAccounts(environment: Environment): Promise<Overview[]> {
  const known = await withDatabase(environment, readOverviews)
  if (known.length === 0 || known.length > MOST_ASKED)
    return known.map((account) => ({ known: account, outcome: null }))
  const names = known.map(({ account }) => account)
  const outcomes = await queryStatuses(temporalOf(environment), names)
  return known.map((account, index) => ({ known: account, outcome: outcomes[index] ?? null }))
}
