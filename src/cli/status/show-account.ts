import type { RunMode } from '../../database/database-types.ts'
import type { StreamProgress } from '../../database/list-progress.ts'
import type { Rate } from '../../database/rate-limit.ts'
import type { JsonObject } from '../../json.ts'
import { startLine } from '../next-steps.ts'
import { tableLines } from '../output.ts'
import { remarkOf } from '../remark.ts'
import { objectLines } from '../show-object.ts'
import { readAnswer, silenceOf, type WorkflowAnswer } from './answer.ts'
import { bar } from './bar.ts'
import type { AccountFacts } from './gather-account.ts'
import { progressOf } from './progress.ts'
import { ahead, span } from './times.ts'

/** An account's status for people. */
export function accountLines(facts: AccountFacts, now: number): string[] {
  const answer = readAnswer(facts.outcome)
  return answer === null ? silentLines(facts) : answeredLines(facts, answer, now)
}

function answeredLines(facts: AccountFacts, answer: WorkflowAnswer, now: number): string[] {
  const { streams, ...rest } = answer
  const { waitingUntil, nextSync } = answer
  const shown = {
    ...rest,
    waitingUntil: waitingUntil && `${waitingUntil} (${ahead(waitingUntil, now)})`,
    ...lastSyncLines(answer),
    nextSync: nextSync && `${nextSync.mode} at ${nextSync.at}`,
    rejected: facts.rejected,
    ...rateLine(facts),
    ...heldUpLine(facts),
  }
  return [
    ...objectLines(withoutEmpty(shown)),
    ...(streams.length === 0 ? [] : ['', ...streamTable(streamsOf(facts, answer), modeOf(facts, answer))]),
  ]
}

function lastSyncLines({ lastSync }: WorkflowAnswer) {
  if (lastSync === null) return {}
  const { mode, state, finishedAt, error } = lastSync
  return { lastSync: `${mode}, ${state}, ended ${finishedAt}`, lastError: oneLine(error) }
}

const withoutEmpty = (object: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(object).filter(
      ([, value]) => value !== null && !(Array.isArray(value) && value.length === 0),
    ),
  )

function silentLines(facts: AccountFacts): string[] {
  const { account, outcome, newest, recent, temporal } = facts
  const known = {
    ...{ account: account.account, state: account.state, reason: account.state_reason },
    ...rateLine(facts),
    rejected: facts.rejected,
    ...heldUpLine(facts),
  }
  return [
    `The workflow gives no answer: ${silenceOf(outcome)}. What the database knows:`,
    ...objectLines({ ...known, runs: recent.runs }),
    ...(newest === null ? [] : ['', ...streamTable(newest.streams.map(fromDatabase), newest.mode)]),
    ...(outcome.kind === 'not-running' ? ['', 'Start it:', `  ${startLine(temporal, account.account)}`] : []),
  ]
}

interface ShownStream {
  readonly stream: string
  readonly state: string
  readonly error: string | null
  readonly warning: string | null
  /** Null: the database does not know this run. */
  readonly known: StreamProgress | null
}

const fromDatabase = (known: StreamProgress): ShownStream => ({
  ...{
    stream: known.stream,
    state: known.state ?? 'PENDING',
    error: known.error,
    warning: known.warning,
    known,
  },
})

/** The workflow says which lists there are and what became of them; the database has counted their pages. */
function streamsOf({ newest, recent }: AccountFacts, { run, streams }: WorkflowAnswer): ShownStream[] {
  const id = run?.id ?? recent.runs.find(({ state }) => state !== 'RUNNING')?.id
  const known = newest !== null && newest.id === id ? newest.streams : []
  return streams.map(({ stream, state, error, warning }) => ({
    ...{ stream, state, error, warning },
    known: known.find((progress) => progress.stream === stream) ?? null,
  }))
}

function modeOf({ newest }: AccountFacts, { run }: WorkflowAnswer): RunMode {
  return run?.mode === 'delta' || (run === null && newest?.mode === 'delta') ? 'delta' : 'full'
}

const HEAD = [
  ...['STREAM', 'STATE', 'PROGRESS', 'ROWS', 'ROWS/S', 'LEFT'],
  ...['NEW', 'CHANGED', 'SAME', 'DELETED', 'REJECTED', 'ERROR'],
]

function streamTable(streams: readonly ShownStream[], mode: RunMode): string[] {
  return tableLines(
    HEAD,
    streams.map((stream) => row(stream, mode)),
  )
}

function row({ stream, state, error, warning, known }: ShownStream, mode: RunMode) {
  const remark = oneLine(remarkOf({ error, warning }))
  if (known === null) return [stream, state, ...Array(9).fill(null), remark]
  const { share, basis, rowsPerSecond, secondsLeft } = progressOf(known, mode)
  const isSecondLook = known.step === 'absences'
  const progress = share === null ? (isSecondLook ? 'second look' : null) : bar(share)
  return [
    ...[stream, state, basis === 'previous' ? `${progress} (of the last full sync's)` : progress],
    ...[known.fetched, rowsPerSecond === null ? null : Math.round(rowsPerSecond)],
    ...[secondsLeft === null ? null : span(secondsLeft)],
    ...[known.inserted, known.updated, known.unchanged, known.deleted, known.rejected, remark],
  ]
}

const oneLine = (text: string | null) => text?.replaceAll(/\s*\n\s*/g, ' / ') ?? null

/** Nothing, if nothing is. */
function heldUpLine({ heldUp }: AccountFacts): { 'held up'?: string } {
  const [first] = heldUp
  if (first === undefined) return {}
  return {
    'held up': `${first.activity} has failed, and is tried again (attempt ${first.attempts}): ${first.error}`,
  }
}

/** Nothing, if it is only what the settings say. */
function rateLine({ learned, rate }: AccountFacts): { rate?: string } {
  if (learned === null || rate === null) return {}
  return { rate: `${inWords(learned)}: learned from Gem's 429s, the settings allow ${inWords(rate)}` }
}

const inWords = ({ perSecond, burst }: Rate) =>
  `${perSecond.toFixed(1)} calls a second, ${Math.floor(burst)} at once`
