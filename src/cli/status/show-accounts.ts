import type { AccountOverview } from '../../database/list-accounts.ts'
import { someOf } from '../doctor/check.ts'
import { tableLines } from '../output.ts'
import { readAnswer, silenceOf } from './answer.ts'
import { rateOf } from './gather-account.ts'
import { MOST_ASKED, type Overview } from './gather-accounts.ts'
import { ahead, span } from './times.ts'

const HEAD = [
  ...['ACCOUNT', 'STATE', 'LAST SYNC', 'ENDED', 'FRESH', 'NEXT SYNC', 'REJECTED', 'CALLS/S', 'WHAT'],
] as const

/** All accounts, a line each, for people. */
export function accountsLines(overviews: readonly Overview[], now: number): string[] {
  if (overviews.length === 0) return ['There are no accounts yet; add one: gem-ats-sync account add NAME']
  const table = tableLines(
    HEAD,
    overviews.map((overview) => Object.values(overviewOf(overview, now))),
  )
  const notes = notesOf(overviews)
  return notes.length === 0 ? table : [...table, '', ...notes]
}

/** What the table shows of an account, in its order. */
export function overviewOf({ known, outcome }: Overview, now: number) {
  const answer = outcome && readAnswer(outcome)
  const { last, freshness, running } = known
  const next = answer?.nextSync
  return {
    account: known.account,
    state: answer?.state ?? (known.state === 'ACTIVE' && running !== null ? 'RUNNING' : known.state),
    last: last?.state ?? null,
    ended: last && `${span((now - last.finished_at.getTime()) / 1_000)} ago`,
    fresh: freshness === null ? null : span(freshness),
    next: next ? `${next.mode} ${ahead(next.at, now)}` : null,
    rejected: known.rejected,
    rate: callsPerSecond(known),
    what: answer?.doing ?? known.state_reason,
  }
}

function callsPerSecond({ settings, learned }: AccountOverview): string | null {
  const allowed = rateOf(settings)?.perSecond ?? null
  if (allowed === null) return null
  return learned !== null && learned < allowed ? `${learned.toFixed(1)} of ${allowed}` : String(allowed)
}

/** Why something of the table is missing, and whose. */
function notesOf(overviews: readonly Overview[]): string[] {
  if (overviews.some(({ outcome }) => outcome === null)) {
    return [
      `More than ${MOST_ASKED} accounts: the database alone was asked. gem-ats-sync status NAME asks one's workflow.`,
    ]
  }
  const silent = overviews.flatMap(({ known: { account }, outcome }) => {
    const why = outcome && silenceOf(outcome)
    return why === null ? [] : [{ account, why, isIdle: outcome?.kind === 'not-running' }]
  })
  const idle = silent
    .filter(({ isIdle }) => isIdle)
    .map(
      ({ account }) =>
        `The workflow of ${account} does not run: gem-ats-sync status ${account} says how to start it.`,
    )
  const byReason = Map.groupBy(
    silent.filter(({ isIdle }) => !isIdle),
    ({ why }) => why,
  )
  const unanswered = [...byReason].map(([why, accounts]) => {
    const whose =
      accounts.length === overviews.length
        ? 'the workflows'
        : `the workflow of ${someOf(accounts.map(({ account }) => account))}`
    return `No answer of ${whose}: ${why}. The table shows what the database knows.`
  })
  return [...idle, ...unanswered]
}
