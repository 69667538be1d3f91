import { ActivityFailure, ApplicationFailure, condition, isCancellation } from '@temporalio/workflow'
import type { Obstacle } from '../activities/account.types.ts'
import { failureTypes } from '../activities/failure-types.ts'
import type { SliceInput, SliceResult } from '../activities/slice.types.ts'
import type { FailedSlice } from '../errors.ts'
import { computePhases, type StreamName, streams } from '../streams.ts'
import { bookkeeping, priorities, reading } from './activities.ts'
import { fencedBy } from './fenced.ts'
import type { AccountState, RunProgress, StreamProgress } from './state.ts'
import { noteFailure, noteSuccess } from './trouble.ts'

export interface RunContext {
  readonly account: string
  readonly state: AccountState
  /** The account's calls to Gem at a time, handed out to the slices that run. */
  readonly maxInFlight: number
  /** Whether the run is to be cut here, and go on after continue-as-new. */
  readonly isTimeToContinue: () => boolean
  /** Told after every step, to show it. */
  readonly onProgress: () => void
  /** Told when PostgreSQL has kept a slice from calling Gem, though the workflow has not; returns when the next may try. */
  readonly onHalted: () => Promise<void>
}

/** `cut`: go on after continue-as-new. `obstacle`: go on once it is out of the way. `fenced`: it can write no more. */
export type RunEnd = 'finished' | 'cut' | 'obstacle' | 'credentials' | 'fenced'

/** Reads a run's streams in the phases that their dependencies ask for; goes on where a cut left them. */
export async function readStreams(context: RunContext, run: RunProgress): Promise<RunEnd> {
  for (const phase of computePhases(run.streams.map((progress) => progress.stream))) {
    const unfinished = run.streams.filter(
      (progress) => phase.includes(progress.stream) && isUnfinished(progress),
    )
    const phaseNow: Phase = { streams: unfinished, slicesUnderWay: 0 }
    await Promise.all(
      unfinished.map((progress) => noteFence(run, readStream(context, run, progress, phaseNow))),
    )
    if (run.fenced !== null) return 'fenced'
    if (isLocked(run)) return 'credentials'
    if (context.state.obstacle !== null) return 'obstacle'
    if (unfinished.some(isUnfinished)) return 'cut'
  }
  return 'finished'
}

/** Streams beside the one that is fenced stop before their next slice. */
async function noteFence(run: RunProgress, reading: Promise<void>): Promise<void> {
  try {
    await reading
  } catch (error) {
    run.fenced = fencedBy(error)
    if (run.fenced === null) throw error
  }
}

const isUnfinished = ({ state }: StreamProgress) => state === 'PENDING' || state === 'RUNNING'

/** One refused list is that list's own; with a second one it is the key. */
const isLocked = ({ streams }: RunProgress) =>
  streams.some(({ refused }) => refused === 'team') ||
  streams.filter(({ refused }) => refused === 'list').length > 1

/** No further slice may begin: the run ends, or goes on later from where it is. */
const mustStop = ({ state, isTimeToContinue }: RunContext, run: RunProgress) =>
  isLocked(run) || run.fenced !== null || state.obstacle !== null || isTimeToContinue()

/** Streams that are read side by side. */
interface Phase {
  readonly streams: readonly StreamProgress[]
  slicesUnderWay: number
}

/** Works a stream slice by slice. */
async function readStream(
  context: RunContext,
  run: RunProgress,
  progress: StreamProgress,
  phase: Phase,
): Promise<void> {
  let goesOn = false
  while (isUnfinished(progress)) {
    progress.state = 'RUNNING'
    await mayCallGem(context, run, progress)
    if (mustStop(context, run)) return
    context.onProgress()
    const { halts } = run
    try {
      phase.slicesUnderWay++
      const slice = await readSlice(context, run, progress, { beside: phase.streams, goesOn }).finally(() => {
        phase.slicesUnderWay--
      })
      take(run, progress, slice)
      goesOn = slice.kind === 'more'
      // One that began before the last look at the account tells nothing new.
      if (slice.kind === 'halted' && run.halts === halts && !context.state.paused) await context.onHalted()
    } catch (error) {
      goesOn = false
      if (isCancellation(error) || fencedBy(error) !== null) throw error
      if (await isByChance(context, run, progress, { phase, failed: failedSlice(error) })) continue
      if (isForGood(context, run, progress, error)) await giveUp(context, run, progress)
    }
    context.onProgress()
  }
}

/**
 * A list's first call of a run may fail before anything shows that Gem is there. The slices beside it tell: if one of
 * them is answered, the call is made again at once.
 */
async function isByChance(
  context: RunContext,
  run: RunProgress,
  progress: StreamProgress,
  { phase, failed }: { readonly phase: Phase; readonly failed: FailedSlice | null },
): Promise<boolean> {
  const isFirst = run.trouble === null && !run.answered && progress.failures === 0
  if (failed === null || failed.answered || !isFirst || isKnownToFail(context, progress)) return false
  await condition(() => run.answered || run.trouble !== null || phase.slicesUnderWay === 0)
  if (!run.answered) return false
  progress.failures++
  return true
}

const isKnownToFail = ({ state }: RunContext, { stream }: StreamProgress) =>
  state.broken[stream] !== undefined

/** Null for failures that are not Gem's. */
function failedSlice(error: unknown): FailedSlice | null {
  const cause = error instanceof ActivityFailure ? error.cause : undefined
  if (!(cause instanceof ApplicationFailure) || cause.type !== failureTypes.unavailable) return null
  return (cause.details?.[0] as FailedSlice | undefined) ?? { progressed: false, answered: false }
}

async function giveUp({ account }: RunContext, run: RunProgress, progress: StreamProgress): Promise<void> {
  const { stream, error } = progress
  progress.state = 'FAILED'
  await bookkeeping.endStream.executeWithOptions({ summary: `${stream} has failed` }, [
    { account, runId: run.id, stream, state: 'FAILED', error },
  ])
}

function readSlice(
  context: RunContext,
  run: RunProgress,
  progress: StreamProgress,
  { beside, goesOn }: { readonly beside: readonly StreamProgress[]; readonly goesOn: boolean },
): Promise<SliceResult> {
  const { account, maxInFlight } = context
  const { stream, counts } = progress
  const sharing = beside.filter(isUnfinished).length
  const isHalfOpen = run.trouble !== null || isKnownToFail(context, progress)
  const input: SliceInput = {
    account,
    runId: run.id,
    mode: run.mode,
    stream,
    slice: ++run.slices,
    inFlight: Math.max(1, Math.floor(maxInFlight / sharing)),
    // Where a call has failed or was refused, one is enough to see whether the next one is.
    goesOn: goesOn && run.throttled === 0 && run.trouble === null,
    retriesFrom: isHalfOpen ? 'first page' : run.answered ? 'first call' : 'first good answer',
    throttledBefore: run.throttled,
    startedAt: run.startedAt,
    since: run.since,
    fromWatermark: run.fromWatermark,
    confirmDeletions: run.confirmedModels.includes(streams[stream].model),
  }
  const summary = `${stream}: ${run.mode}, from page ${counts.pages + 1}`
  // Where the server has fairness on, slices of many accounts take turns account by account.
  const priority = { priorityKey: priorityOf(run), fairnessKey: account }
  return reading.syncSlice.executeWithOptions({ summary, priority }, [input])
}

function priorityOf({ mode, trigger }: RunProgress): number {
  if (mode === 'delta') return priorities.delta
  return trigger === 'start' ? priorities.firstFull : priorities.full
}

function take(run: RunProgress, progress: StreamProgress, slice: SliceResult): void {
  if (slice.kind !== 'wait') run.answered = slice.kind !== 'halted'
  else run.answered = slice.counts.pages > progress.counts.pages
  progress.counts = slice.counts
  progress.error = null
  if (slice.kind !== 'halted') {
    run.halts = 0
    noteSuccess(run, progress)
  }
  if (slice.kind === 'wait') noteWait(run, slice)
  else if (!isWaiting(run)) run.throttled = 0
  if (slice.kind === 'done') {
    progress.state = slice.problem === null ? 'SUCCEEDED' : 'FAILED'
    progress.error = slice.problem
    progress.warning = slice.warning
    progress.wasRead = true
  }
}

/** However many slices it ends, and however many of their calls were refused side by side, a wait counts once. */
function noteWait(run: RunProgress, { ms, reason }: Extract<SliceResult, { kind: 'wait' }>): void {
  if (!isWaiting(run)) run.waitReason = null
  if (run.waitReason === null && reason !== null) run.throttled++
  run.waitReason = reason ?? run.waitReason
  run.waitUntil = later(run.waitUntil, new Date(Date.now() + ms).toISOString())
}

const isWaiting = ({ waitUntil }: RunProgress) => waitUntil !== null && Date.parse(waitUntil) > Date.now()

const later = (one: string | null, other: string) => (one !== null && one > other ? one : other)

/** Takes note of a failed slice. @returns whether the stream is to be given up for this sync. */
function isForGood(
  { state }: RunContext,
  run: RunProgress,
  progress: StreamProgress,
  error: unknown,
): boolean {
  if (!(error instanceof ActivityFailure)) throw error
  const { cause } = error
  const type = cause instanceof ApplicationFailure ? (cause.type ?? '') : ''
  progress.error = cause?.message ?? error.message
  const kind = obstacleKinds[type]
  if (kind !== undefined) {
    state.obstacle = { kind, why: progress.error }
    return false
  }
  progress.refused = refusals[type] ?? null
  progress.isBroken = ownFailures.has(type)
  const failed = failedSlice(error)
  run.answered = failed?.answered ?? false
  if (failed?.progressed) noteSuccess(run, progress)
  if (failed !== null) return noteFailure(run, progress, progress.error, Date.now())
  // An answer that refuses is an answer: Gem is there.
  run.trouble = null
  return true
}

/** Failures that concern the account as a whole, and no list of it. */
const obstacleKinds: Record<string, Obstacle['kind']> = {
  [failureTypes.settings]: 'settings',
  [failureTypes.keys]: 'keys',
}

/** Failures that a list can have by itself; the others are the account's or the set-up's. */
const ownFailures = new Set<string>([
  failureTypes.unavailable,
  failureTypes.refused,
  failureTypes.credentials,
])

const refusals: Record<string, StreamProgress['refused']> = {
  [failureTypes.credentials]: 'list',
  [failureTypes.otherTeam]: 'team',
}

/** Returns when the stream may call Gem (no pause, no wait and no trouble stand in the way), or must stop. */
async function mayCallGem(context: RunContext, run: RunProgress, { stream }: StreamProgress): Promise<void> {
  const { state, onProgress } = context
  const stops = () => mustStop(context, run)
  while (!stops()) {
    if (run.lift) await liftWait(context, run)
    const wait = waitOf(run, stream)
    if (state.paused) {
      onProgress()
      await condition(() => !state.paused || stops())
    } else if (wait === null) {
      return
    } else if (wait === 'for the probe') {
      await condition(() => waitOf(run, stream) !== 'for the probe' || stops())
    } else {
      onProgress()
      await condition(() => stops() || Boolean(run.lift), wait.ms, { summary: wait.summary })
    }
  }
}

/** No stream calls Gem before PostgreSQL knows: its slice would be told to wait as before. */
async function liftWait({ account, onProgress }: RunContext, run: RunProgress): Promise<void> {
  if (run.lift === 'under way') return await condition(() => run.lift === null)
  run.lift = 'under way'
  await bookkeeping.endBlock.executeWithOptions({ summary: 'lifts the pause that Gem asked for' }, [
    { account },
  ])
  run.waitUntil = null
  run.lift = null
  onProgress()
}

function waitOf(
  { waitUntil, waitReason, trouble }: RunProgress,
  stream: StreamName,
): { ms: number; summary: string } | 'for the probe' | null {
  if (waitUntil !== null && Date.parse(waitUntil) > Date.now()) {
    const why = waitReason === 'quota' ? 'quota used up' : 'rate limit'
    return { ms: Date.parse(waitUntil) - Date.now(), summary: `${why}: until ${waitUntil}` }
  }
  if (trouble === null) return null
  if (trouble.probe !== stream) return 'for the probe'
  const ms = Date.parse(trouble.until) - Date.now()
  return ms <= 0
    ? null
    : { ms, summary: `Gem fails (${trouble.failures} in a row): ${stream} again at ${trouble.until}` }
}
