import type { Environment } from '../../config.ts'
import { readAnswer, silenceOf } from './answer.ts'
import { type AccountFacts, gatherAccount } from './gather-account.ts'
import { gatherAccounts } from './gather-accounts.ts'
import { progressOf } from './progress.ts'
import { accountLines } from './show-account.ts'
import { accountsLines, overviewOf } from './show-accounts.ts'

/** A status in the forms that it is shown in. */
export interface View {
  readonly json: unknown
  /** For people. */
  readonly screen: readonly string[]
  /** A line an account; it differs only if something has happened. */
  readonly changes: readonly string[]
}

/** @throws UserError if there is no database. */
export async function viewAccounts(environment: Environment): Promise<View> {
  const overviews = await gatherAccounts(environment)
  const now = Date.now()
  return {
    json: overviews.map(({ known, outcome }) => ({
      ...known,
      ...{ workflow: outcome && readAnswer(outcome), silent: outcome && silenceOf(outcome) },
    })),
    screen: accountsLines(overviews, now),
    changes: overviews.map((overview) => {
      const { account, state, last, rejected, what } = overviewOf(overview, now)
      return `${account} ${state}: ${what ?? `last sync ${last ?? 'none'}`}, ${rejected} rejected`
    }),
  }
}

/** @throws UserError if there is no such account, or no database. */
export async function viewAccount(environment: Environment, name: string): Promise<View> {
  const facts = await gatherAccount(environment, name)
  return { json: accountJson(facts), screen: accountLines(facts, Date.now()), changes: [changeOf(facts)] }
}

function accountJson({ account, outcome, heldUp, learned, rejected, recent, newest }: AccountFacts) {
  const { state, state_reason } = account
  return {
    ...{ account: account.account, state, state_reason },
    ...{
      workflow: outcome.kind === 'done' ? outcome.value : null,
      silent: silenceOf(outcome),
      held_up: heldUp,
    },
    ...{ learned_rate: learned, rejected, ...recent },
    progress: newest && {
      ...{ run: newest.id, mode: newest.mode, state: newest.state },
      streams: newest.streams.map((stream) => ({ ...stream, ...progressOf(stream, newest.mode) })),
    },
  }
}

function changeOf({ account, outcome, newest, rejected }: AccountFacts): string {
  const answer = readAnswer(outcome)
  const what = answer?.doing ?? `the workflow gives no answer: ${silenceOf(outcome)}`
  const streams = newest?.streams.filter(({ state }) => state !== null) ?? []
  const rows = streams.map(({ stream, fetched }) => `${stream} ${fetched}`).join(', ')
  return `${account.account} ${answer?.state ?? account.state}: ${what}; ${rows}; ${rejected} rejected`
}
