import type { StreamName } from '../streams.ts'
import type { RunProgress, StreamProgress } from './state.ts'

/**
 * Gem does not answer as it should. While that may concern all lists, one stream alone asks again, after ever longer
 * pauses, and the others wait for what it finds: whatever is wrong costs fewer than 10 calls an hour.
 */
export interface Trouble {
  /** Failed calls in a row. */
  readonly failures: number
  /** When the probe asks again, ISO 8601. */
  readonly until: string
  readonly probe: StreamName
  /** When it began, ISO 8601. */
  readonly since: string
  /** The last error, for people. */
  readonly why: string
}

/** A list that failed in the last syncs, although others did not: it is not tried in every sync. */
export interface BrokenStream {
  /** Syncs in a row. */
  readonly failures: number
  /** ISO 8601. */
  readonly until: string
  readonly why: string
}

const pausesMs = [2_000, 15_000, 60_000, 240_000]
const longestPauseMs = 900_000

/** Failures in a row after which a list is given up for this sync, once another list has shown that Gem is there. */
export const mostFailures = 6

/** While nothing at all succeeds, a sync holds on for so long: it goes on where it was when Gem is back. */
const holdOnMs = 6 * 3_600_000

/** Takes note of a failed slice. @returns whether the stream is to be given up for this sync. */
export function noteFailure(run: RunProgress, progress: StreamProgress, why: string, now: number): boolean {
  progress.failures++
  const { trouble } = run
  const since = trouble?.since ?? new Date(now).toISOString()
  const isLong = now - Date.parse(since) > holdOnMs
  const isGivenUp = progress.failures >= mostFailures && (run.progressed || isLong)
  // Another stream's failure that was under way already tells nothing new.
  if (trouble !== null && trouble.probe !== progress.stream) return isGivenUp
  const failures = (trouble?.failures ?? 0) + 1
  const until = new Date(now + (pausesMs[failures - 1] ?? longestPauseMs)).toISOString()
  const probe = isGivenUp ? successor(run, progress) : nextProbe(run, progress)
  run.trouble = probe && { failures, until, probe, since, why }
  return isGivenUp
}

/**
 * Who asks once a list is given up: all at once if Gem is there, else the next list alone, after the same long pause.
 * Each list's own quick attempts would be too many together.
 */
function successor({ progressed, streams }: RunProgress, { stream: failing }: StreamProgress) {
  if (progressed) return null
  const next = streams.find(
    ({ stream, state }) => stream !== failing && (state === 'PENDING' || state === 'RUNNING'),
  )
  return next?.stream ?? null
}

/** How a sync begins if the one before found no list that answers: with one list, and no quick attempts. */
export function troubleBefore(
  streams: readonly StreamProgress[],
  broken: Partial<Record<StreamName, BrokenStream>>,
  now: string,
): Trouble | null {
  const [first] = streams.filter(({ state }) => state === 'PENDING')
  if (first === undefined || streams.some(({ stream }) => broken[stream] === undefined)) return null
  const { why = '' } = broken[first.stream] ?? {}
  return { failures: pausesMs.length, until: now, probe: first.stream, since: now, why }
}

/** A list that keeps failing lets another one ask: it may be the list and not Gem. */
function nextProbe({ streams }: RunProgress, failing: StreamProgress): StreamName {
  const other = streams.find(
    ({ stream, state, failures }) =>
      stream !== failing.stream && state === 'RUNNING' && failures < failing.failures,
  )
  return failing.failures >= mostFailures && other ? other.stream : failing.stream
}

/** Takes note of a slice that Gem answered. */
export function noteSuccess(run: RunProgress, progress: StreamProgress): void {
  progress.failures = 0
  run.progressed = true
  run.trouble = null
}

const firstBreakMs = 3_600_000
const longestBreakMs = 6 * 3_600_000

/** After a sync: which lists are to be spared in the next ones. */
export function brokenAfter(
  broken: Partial<Record<StreamName, BrokenStream>>,
  run: RunProgress,
  now: number,
): Partial<Record<StreamName, BrokenStream>> {
  const after = { ...broken }
  for (const { stream, state, wasRead, isBroken, error } of run.streams) {
    if (wasRead) delete after[stream]
    if (wasRead || state !== 'FAILED' || !isBroken) continue
    const failures = (broken[stream]?.failures ?? 0) + 1
    const until = now + Math.min(longestBreakMs, firstBreakMs * 2 ** (failures - 1))
    after[stream] = { failures, until: new Date(until).toISOString(), why: error ?? 'failed' }
  }
  return after
}
