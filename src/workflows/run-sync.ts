import {
  ActivityFailure,
  ApplicationFailure,
  condition,
  isCancellation,
  sleep,
  workflowInfo,
} from '@temporalio/workflow'
import { failureTypes } from '../activities/failure-types.ts'
import type { SliceResult } from '../activities/slice.types.ts'
import { computePhases } from '../streams.ts'
import { bookkeeping, reading } from './activities.ts'
import type { AccountState, RunProgress, StreamProgress } from './state.ts'

/** Events after which the history is cut, far below the server's limit of 51,200. */
const mostEvents = 1_800

export interface RunContext {
  readonly account: string
  readonly state: AccountState
  /** The account's calls to Gem at a time, handed out to the slices that run. */
  readonly maxInFlight: number
  /** Told after every step, to show it. */
  readonly onProgress: () => void
}

/** `cut`: the history has grown enough; go on after continue-as-new. */
export type RunEnd = 'finished' | 'cut' | 'credentials'

/** Reads a run's streams in the phases that their dependencies ask for; goes on where a cut left them. */
export async function readStreams(context: RunContext, run: RunProgress): Promise<RunEnd> {
  for (const phase of computePhases(run.streams.map((progress) => progress.stream))) {
    const unfinished = run.streams.filter(
      (progress) => phase.includes(progress.stream) && isUnfinished(progress),
    )
    await Promise.all(unfinished.map((progress) => readStream(context, run, progress, unfinished)))
    if (isLocked(run)) return 'credentials'
    if (unfinished.some(isUnfinished)) return 'cut'
  }
  return 'finished'
}

const isUnfinished = ({ state }: StreamProgress) => state === 'PENDING' || state === 'RUNNING'

/** One refused list is that list's own; with a second one it is the key. */
const isLocked = ({ streams }: RunProgress) =>
  streams.some(({ refused }) => refused === 'team') ||
  streams.filter(({ refused }) => refused === 'list').length > 1

/** Works a stream slice by slice. */
async function readStream(
  context: RunContext,
  run: RunProgress,
  progress: StreamProgress,
  beside: readonly StreamProgress[],
): Promise<void> {
  while (isUnfinished(progress)) {
    await mayCallGem(context, run)
    if (isLocked(run) || isHistoryFull()) return
    progress.state = 'RUNNING'
    context.onProgress()
    try {
      take(run, progress, await readSlice(context, run, progress, beside))
    } catch (error) {
      if (isCancellation(error)) throw error
      fail(progress, error)
      const { stream, error: why } = progress
      await bookkeeping.endStream.executeWithOptions({ summary: `${stream} has failed` }, [
        { runId: run.id, stream, state: 'FAILED', error: why },
      ])
    }
    context.onProgress()
  }
}

/** Time for continue-as-new: the server suggests it, or the history has grown long enough. */
export const isHistoryFull = () =>
  workflowInfo().continueAsNewSuggested || workflowInfo().historyLength > mostEvents

function readSlice(
  { account, maxInFlight }: RunContext,
  run: RunProgress,
  { stream, counts }: StreamProgress,
  beside: readonly StreamProgress[],
): Promise<SliceResult> {
  const sharing = beside.filter(isUnfinished).length
  const input = {
    account,
    runId: run.id,
    mode: run.mode,
    stream,
    inFlight: Math.max(1, Math.floor(maxInFlight / sharing)),
    throttledBefore: run.throttled,
    since: run.since,
    confirmDeletions: run.confirmDeletions,
  }
  const summary = `${stream}: ${run.mode}, from page ${counts.pages + 1}`
  return reading.syncSlice.executeWithOptions({ summary }, [input])
}

function take(run: RunProgress, progress: StreamProgress, slice: SliceResult): void {
  progress.counts = slice.counts
  if (slice.kind === 'wait') {
    run.waitUntil = later(run.waitUntil, slice.until)
    run.waitReason = slice.reason
    run.throttled++
  } else {
    run.throttled = 0
  }
  if (slice.kind === 'done') {
    progress.state = slice.problem === null ? 'SUCCEEDED' : 'FAILED'
    progress.error = slice.problem
    progress.wasRead = true
  }
}

const later = (one: string | null, other: string) => (one !== null && one > other ? one : other)

function fail(progress: StreamProgress, error: unknown): void {
  if (!(error instanceof ActivityFailure)) throw error
  const { cause } = error
  progress.state = 'FAILED'
  progress.error = cause?.message ?? error.message
  progress.refused = refusals[cause instanceof ApplicationFailure ? (cause.type ?? '') : ''] ?? null
}

const refusals: Record<string, StreamProgress['refused']> = {
  [failureTypes.credentials]: 'list',
  [failureTypes.otherTeam]: 'team',
}

/** Returns when no pause and no wait stands in the way. Streams that wait for the same time share its timer's reason. */
async function mayCallGem({ state, onProgress }: RunContext, run: RunProgress): Promise<void> {
  for (;;) {
    if (state.paused) {
      onProgress()
      await condition(() => !state.paused)
    }
    const wait = run.waitUntil === null ? 0 : Date.parse(run.waitUntil) - Date.now()
    if (wait <= 0) return
    onProgress()
    await sleep(wait, {
      summary: `${run.waitReason === 'quota' ? 'quota used up' : 'rate limit'}: until ${run.waitUntil}`,
    })
  }
}
