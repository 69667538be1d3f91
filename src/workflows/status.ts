import { computePhases } from '../streams.ts'
import type { Status, StreamStatus } from './messages.ts'
import { obstacles } from './obstacles.ts'
import { queuedSyncs } from './resync-queue.ts'
import type { DueSync } from './schedule.ts'
import type { AccountState, RunProgress } from './state.ts'

/** What a person may know of the account now. */
export function statusOf(account: string, state: AccountState, due: DueSync | null, now: number): Status {
  const { run } = state
  const waitingUntil = run?.waitUntil && Date.parse(run.waitUntil) > now ? run.waitUntil : null
  const name = nameOf(state, waitingUntil, due)
  // Until a person lifts it, no time says when it goes on.
  const isHeld = state.paused || state.obstacle !== null
  return {
    account,
    state: name,
    doing: words(name, state, waitingUntil, { due, now }),
    run: run && { id: run.id, mode: run.mode, startedAt: run.startedAt },
    phase: run && phaseOf(run),
    streams: run ? run.streams.map(streamStatus) : state.lastStreams,
    waitingUntil: isHeld
      ? null
      : (waitingUntil ??
        run?.trouble?.until ??
        (run === null && due ? new Date(due.at).toISOString() : null)),
    lastSync: state.lastSync,
    nextSync: isHeld || due === null ? null : { mode: due.mode, at: new Date(due.at).toISOString() },
    queue: queuedSyncs(state.queue),
    refusals: state.refusals,
  }
}

function nameOf(state: AccountState, waitingUntil: string | null, due: DueSync | null): Status['state'] {
  if (state.obstacle !== null) return obstacles[state.obstacle.kind].status
  if (state.paused) return 'PAUSED'
  if (waitingUntil !== null) return 'RATE_LIMITED'
  if (state.run?.trouble) return 'GEM_FAILS'
  if (state.run !== null) return 'SYNCING'
  return due === null ? 'STARTING' : 'WAITING'
}

function words(
  name: Status['state'],
  state: AccountState,
  waitingUntil: string | null,
  { due, now }: { due: DueSync | null; now: number },
): string {
  const { run, obstacle } = state
  switch (name) {
    case 'NEEDS_CREDENTIALS':
    case 'NEEDS_SETTINGS':
      return obstacle ? `${obstacle.why}: no calls until ${obstacles[obstacle.kind].until}` : name
    case 'PAUSED':
      return 'paused by a person: no calls until the signal `resume`'
    case 'RATE_LIMITED':
      return rateLimited(run, waitingUntil, now)
    case 'GEM_FAILS':
      return `Gem does not answer as it should (${run?.trouble?.why}): tried again at ${run?.trouble?.until}`
    case 'SYNCING':
      return run ? `${run.mode} sync, ${stepOf(run)}` : name
    case 'WAITING': {
      const [asked] = queuedSyncs(state.queue)
      if (asked) return `${asked.mode} sync, asked for: ${asksDatabase}`
      return due ? waitFor(due, now) : name
    }
    case 'STARTING':
      return asksDatabase
  }
}

/** A day is far beyond any rate limit: it may be a mistake of Gem's, which a person can end. */
function rateLimited(run: RunProgress | null, until: string | null, now: number): string {
  const isLong = until !== null && Date.parse(until) - now > DAY
  const why = run?.waitReason === 'quota' ? ' (quota used up)' : ''
  const what = `Gem asked for a pause${isLong ? ' of more than a day' : ''}${why}`
  return `${what}: goes on at ${until}${isLong ? ', or at once after the signal `resume`' : ''}`
}

const DAY = 86_400_000

/** What it says for hours where PostgreSQL or every worker is away: the pending activity says why. */
const asksDatabase = "reads the account's settings from PostgreSQL"

function waitFor({ mode, at }: DueSync, now: number): string {
  const time = new Date(at).toISOString()
  return at > now ? `next ${mode} sync at ${time}` : `${mode} sync, due since ${time}: ${asksDatabase}`
}

function stepOf({ streams }: RunProgress): string {
  const running = streams.filter(({ state }) => state === 'RUNNING').map(({ stream }) => stream)
  if (running.length > 0) return running.join(', ')
  const isBefore = streams.every(({ state }) => state === 'PENDING' || state === 'SKIPPED')
  return isBefore ? 'begins' : 'between streams'
}

function phaseOf(run: RunProgress): number | null {
  const phases = computePhases(run.streams.map((progress) => progress.stream))
  const current = phases.findIndex((phase) =>
    run.streams.some(
      ({ stream, state }) => phase.includes(stream) && (state === 'PENDING' || state === 'RUNNING'),
    ),
  )
  return current === -1 ? phases.length : current + 1
}

const streamStatus = ({
  stream,
  state,
  counts,
  error,
  warning,
}: RunProgress['streams'][number]): StreamStatus => ({
  stream,
  state,
  ...counts,
  error,
  warning,
})

/** The status as Markdown, for the Web UI: what a person on call wants first comes first. */
export function toMarkdown(status: Status): string {
  const lines = [`**${status.state}** ${status.doing}`, `Account: \`${status.account}\``]
  if (status.lastSync) {
    const { mode, state, finishedAt, error, rejected } = status.lastSync
    lines.push(
      `Last sync: ${mode}, **${state}** at ${finishedAt}${error ? `\n\n> ${error.replaceAll('\n', '\n> ')}` : ''}`,
    )
    if (rejected > 0)
      lines.push(`Rejected records: **${rejected}**, see \`gem-ats-sync rejected list ${status.account}\``)
  }
  if (status.streams.length > 0) lines.push(streamTable(status.streams))
  if (status.nextSync) lines.push(`Next: ${status.nextSync.mode} at ${status.nextSync.at}`)
  const [refusal] = status.refusals.slice(-1)
  if (refusal) lines.push(`Refused at ${refusal.at}: \`${inCode(refusal.message)}\`: ${refusal.why}`)
  return lines.join('\n\n')
}

function streamTable(streams: readonly StreamStatus[]): string {
  const rows = streams.map((s) =>
    [
      s.stream,
      s.state,
      s.pages,
      s.fetched,
      s.inserted,
      s.updated,
      s.unchanged,
      s.rejected,
      inCell(s.error ?? (s.warning ? `warning: ${s.warning}` : '')),
    ].join(' | '),
  )
  return [
    '| stream | state | pages | records | new | changed | same | rejected | error |',
    '|---|---|--:|--:|--:|--:|--:|--:|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n')
}

/** An error's text must not end the cell or the row that it stands in. */
const inCell = (text: string) => text.replaceAll('|', '\\|').replaceAll(/\s*[\r\n]+\s*/g, ' ')

/** A message's name may be anything that somebody has typed. */
const inCode = (text: string) => text.replaceAll(/[`\s]+/g, ' ')
