import { isDeepStrictEqual } from 'node:util'
import type { RunMode, RunState, RunTrigger } from '../../../src/database/database-types.ts'
import { type MainTable, mainTables } from '../../../src/streams.ts'
import type { BegunRun, Cut, Happening } from './histories.ts'

/** What is asked of one model: requests that wait together become one. */
interface Wish {
  readonly mode: RunMode
  readonly since: string | null
  readonly confirmDeletions: boolean
  readonly trigger: RunTrigger
}

interface ResyncMessage {
  readonly mode?: RunMode
  readonly models?: readonly MainTable[]
  readonly since?: string
  readonly confirmDeletions?: boolean
}

/** A sync that the contract asks for. */
interface Expected {
  readonly mode: RunMode
  readonly trigger: RunTrigger
  readonly models: readonly MainTable[]
  readonly since: string | null
  /** From when on nothing stood in its way. */
  readonly from: number
}

const hourMs = 3_600_000

/** Between the time at which a sync is due and its start lies real work: one look at the settings. */
const mostLateMs = 60_000
/** Times are whole milliseconds, and so are intervals. */
const roundingMs = 10

/**
 * The contract's schedule and queue, told what happened: says of each sync whether it was to run then, and which one
 * was missing. It shares no code with the workflow. Of the jitter it knows the bounds alone: the first wait of an
 * account shows it, and all others have to follow.
 */
export class ExpectedSyncs {
  /** What went against the contract, in lines for people. */
  readonly complaints: string[] = []
  readonly begun = { full: { schedule: 0, asked: 0 }, delta: { schedule: 0, asked: 0 } }
  readonly ended: {
    readonly id: string
    readonly state: RunState
    readonly from: number
    readonly to: number
  }[] = []
  readonly cuts: Cut[] = []
  readonly messages: Record<string, number> = {}
  mostLateMs = 0

  #paused = false
  #queue = new Map<MainTable, Wish>()
  #intervals = { deltaEveryMs: 3 * hourMs, fullEveryMs: 10 * hourMs }
  /** What was set, in its order; each is told by a message `wake`. */
  #settings: { deltaEveryMs: number; fullEveryMs: number }[] = []
  /** Of the greatest jitter that an interval may have; null until it has been seen. */
  #jitterShare: number | null = null
  #lastFull: number | null = null
  #lastOfAnyKind: number | null = null
  #running: { readonly id: string; readonly at: number; readonly since: string | null } | null = null
  #workerSince = 0
  /** The latest time at which something changed that may have stood in the way of a sync. */
  #freeSince: number | null = null

  /** The account's schedule was set; the workflow is woken after it. */
  set(settings: { deltaEveryMs: number; fullEveryMs: number }): void {
    this.#settings.push(settings)
  }

  /** No worker was there before this time. */
  workerCameBack(at: number): void {
    this.#workerSince = at
  }

  take(happening: Happening): void {
    const { at } = happening
    this.#freeSince ??= at
    if (happening.kind === 'message') this.#hear(happening)
    if (happening.kind === 'timer') this.#wait(happening.due, at)
    if (happening.kind === 'began') this.#begin(happening.run, at)
    if (happening.kind === 'slice') this.#read(happening.id, happening.since, at)
    if (happening.kind === 'ended') this.#end(happening.id, happening.state, at)
    if (happening.kind === 'cut') this.cuts.push(happening.cut)
  }

  /** Whether nothing is missing at a time at which nothing happens. */
  rest(now: number): void {
    const next = this.#next(now)
    if (next !== null && this.#running === null && now - next.from > mostLateMs)
      this.#complain(now, `no ${next.mode} sync (${next.trigger}), due since ${shown(next.from)}`)
  }

  /** Nothing that was asked for waits any longer. */
  get hasNothingQueued(): boolean {
    return this.#queue.size === 0
  }

  #hear({ name, by, input, at }: Extract<Happening, { kind: 'message' }>): void {
    this.messages[name] = (this.messages[name] ?? 0) + 1
    if (name === 'pause') this.#paused = true
    if (name === 'resume') this.#paused = false
    if (name === 'wake') this.#intervals = this.#settings.shift() ?? this.#intervals
    if (name === 'resume' || name === 'wake') this.#freeSince = at
    if (name !== 'resync') return
    const message = (input ?? {}) as ResyncMessage
    if (this.#queue.size === 0) this.#freeSince = at
    for (const model of message.models ?? mainTables) {
      this.#queue.set(model, merged(this.#queue.get(model), message, by))
    }
  }

  #wait(due: number, at: number): void {
    // While a sync runs, timers are pauses between calls to a Gem that fails.
    if (this.#running !== null) return
    if (this.#paused) this.#complain(at, 'a paused account waits for a time')
    this.#jitterShare ??= this.#measureJitter(due, at)
    const expected = Math.min(...Object.values(this.#dueTimes()))
    if (Math.abs(due - expected) > roundingMs)
      this.#complain(at, `waits until ${shown(due)}, the next sync is due at ${shown(expected)}`)
  }

  /** The first wait is for a delta, since it comes before a full of ten hours. */
  #measureJitter(due: number, at: number): number {
    const share =
      (due - (this.#lastOfAnyKind ?? due) - this.#intervals.deltaEveryMs) /
      greatestJitterMs(this.#intervals.deltaEveryMs)
    if (share < 0 || share >= 1) this.#complain(at, `a jitter of ${share} times the greatest`)
    return share
  }

  #dueTimes(): Record<RunMode, number> {
    const share = this.#jitterShare ?? 0
    const after = (start: number | null, every: number) =>
      start === null ? 0 : start + every + share * greatestJitterMs(every)
    return {
      full: after(this.#lastFull, this.#intervals.fullEveryMs),
      delta: after(this.#lastOfAnyKind, this.#intervals.deltaEveryMs),
    }
  }

  /** What is to run now; null if nothing is. */
  #next(now: number): Expected | null {
    if (this.#paused) return null
    const free = Math.max(this.#freeSince ?? now, this.#workerSince)
    const [asked] = this.#groups()
    if (asked !== undefined) return { ...asked, from: free }
    const due = this.#dueTimes()
    const isDue = (mode: RunMode) => due[mode] <= now + roundingMs
    const from = Math.max(free, Math.min(due.full, due.delta))
    const byTime = {
      trigger: this.#lastFull === null ? 'start' : 'schedule',
      models: mainTables,
      since: null,
      from,
    } as const
    if (isDue('full')) return { ...byTime, mode: 'full' }
    return isDue('delta') ? { ...byTime, mode: 'delta' } : null
  }

  /** Models that wait for the same thing are one sync; fulls come first. */
  #groups(): Omit<Expected, 'from'>[] {
    const waiting = mainTables.flatMap((model) => {
      const wish = this.#queue.get(model)
      return wish === undefined ? [] : [{ model, wish }]
    })
    const inOrder = [
      ...waiting.filter(({ wish }) => wish.mode === 'full'),
      ...waiting.filter(({ wish }) => wish.mode === 'delta'),
    ]
    const [first] = inOrder
    if (first === undefined) return []
    const { trigger, ...wanted } = first.wish
    const alike = inOrder.filter(({ wish: { trigger: _, ...wish } }) => isDeepStrictEqual(wish, wanted))
    return [{ mode: wanted.mode, since: wanted.since, trigger, models: alike.map(({ model }) => model) }]
  }

  #begin(run: BegunRun, at: number): void {
    const { mode, trigger, models } = run
    const found = `a ${mode} sync (${trigger}) of ${models.length} models`
    // A sync that continue-as-new has cut begins again under its own id.
    if (this.#running?.id === run.id) return
    if (this.#running !== null) this.#complain(at, `${found} beside another`)
    const expected = this.#next(at)
    if (expected === null) this.#complain(at, `${found}, but none was due`)
    else {
      const { from, since: _, ...wanted } = expected
      if (!isDeepStrictEqual(wanted, { mode, trigger, models }))
        this.#complain(
          at,
          `${found}, expected a ${wanted.mode} (${wanted.trigger}) of ${wanted.models.join(', ')}`,
        )
      const lateMs = at - from
      this.mostLateMs = Math.max(this.mostLateMs, lateMs)
      if (lateMs > mostLateMs) this.#complain(at, `${found}, ${lateMs / 1_000} s late`)
    }
    this.#running = { id: run.id, at, since: expected?.since ?? null }
    this.begun[mode][trigger === 'schedule' || trigger === 'start' ? 'schedule' : 'asked']++
    if (trigger === 'signal' || trigger === 'update') for (const model of models) this.#queue.delete(model)
    if (models.length < mainTables.length) return
    if (mode === 'full') this.#lastFull = at
    this.#lastOfAnyKind = at
  }

  #read(id: string, since: string | null, at: number): void {
    if (this.#running?.id !== id) this.#complain(at, `a slice of ${id}, which does not run`)
    else if (since !== this.#running.since)
      this.#complain(at, `a slice from ${since}, asked for from ${this.#running.since}`)
  }

  #end(id: string, state: RunState, to: number): void {
    if (this.#running?.id !== id) this.#complain(to, `the end of ${id}, which does not run`)
    this.ended.push({ id, state, from: this.#running?.at ?? to, to })
    this.#running = null
    this.#freeSince = to
  }

  #complain(at: number, what: string): void {
    this.complaints.push(`${shown(at)}: ${what}`)
  }
}

/** Spread over five minutes, but over no more than a twentieth of the interval. */
const greatestJitterMs = (everyMs: number) => Math.min(5 * 60_000, everyMs / 20)

/** Full beats delta, the earlier `since` wins, confirmations add up; who asked first is named. */
function merged(waiting: Wish | undefined, message: ResyncMessage, by: RunTrigger): Wish {
  const mode = message.mode ?? (message.since === undefined ? 'full' : 'delta')
  const isFull = mode === 'full' || waiting?.mode === 'full'
  const times = [waiting?.since, message.since].filter((time) => typeof time === 'string').sort()
  return {
    mode: isFull ? 'full' : 'delta',
    since: isFull ? null : (times[0] ?? null),
    confirmDeletions: (waiting?.confirmDeletions ?? false) || message.confirmDeletions === true,
    trigger: waiting?.trigger ?? by,
  }
}

const shown = (time: number) => new Date(time).toISOString()
