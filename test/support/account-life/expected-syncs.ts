import { isDeepStrictEqual } from 'node:util'
import type { RunMode, RunState } from '../../../src/database/database-types.ts'
import { mainTables } from '../../../src/streams.ts'
import { type AskedSync, ExpectedQueue } from './expected-queue.ts'
import type { BegunRun, Cut, Happening } from './histories.ts'

export interface Intervals {
  readonly deltaEveryMs: number
  readonly fullEveryMs: number
}

/** A sync that the contract asks for. */
interface Expected extends AskedSync {
  /** From when on nothing stood in its way. */
  readonly from: number
}

interface EndedRun {
  readonly id: string
  readonly state: RunState
  readonly from: number
  readonly to: number
}

const hourMs = 3_600_000
/** Between the time at which a sync is due and its start lies real work: one look at the settings. */
const mostLateMs = 60_000
/** Times are whole milliseconds, and so are intervals. */
const roundingMs = 10

/**
 * The contract's schedule, told what happened: says of each sync whether it was to run then, and which one was missing.
 * It shares no code with the workflow. Of the jitter it knows the bounds alone: the first wait of an account shows it,
 * and all others have to follow.
 */
export class ExpectedSyncs {
  /** What went against the contract, in lines for people. */
  readonly complaints: string[] = []
  readonly begun = { full: { schedule: 0, asked: 0 }, delta: { schedule: 0, asked: 0 } }
  readonly ended: EndedRun[] = []
  readonly cuts: Cut[] = []
  /** Messages by name. */
  readonly messages: Record<string, number> = {}
  mostLateMs = 0

  readonly #queue = new ExpectedQueue()
  #paused = false
  #intervals: Intervals = { deltaEveryMs: 3 * hourMs, fullEveryMs: 10 * hourMs }
  /** What was set, in its order; each is told by a message `wake`. */
  readonly #settings: Intervals[] = []
  /** Of the greatest jitter that an interval may have; null until it has been seen. */
  #jitterShare: number | null = null
  #lastFull: number | null = null
  #lastOfAnyKind: number | null = null
  #running: { readonly id: string; readonly at: number; readonly since: string | null } | null = null
  /** The latest time at which something changed that may have stood in the way of a sync. */
  #freeSince: number | null = null
  #workerSince = 0

  /** The account's schedule was set; the workflow is woken after it. */
  set(intervals: Intervals): void {
    this.#settings.push(intervals)
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
    return this.#queue.isEmpty
  }

  #hear({ name, by, input, at }: Extract<Happening, { kind: 'message' }>): void {
    this.messages[name] = (this.messages[name] ?? 0) + 1
    if (name === 'wake') this.#intervals = this.#settings.shift() ?? this.#intervals
    if (name === 'pause' || name === 'resume') this.#paused = name === 'pause'
    if (name !== 'resync' || this.#queue.isEmpty) this.#freeSince = at
    if (name === 'resync') this.#queue.add(input, by)
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
    const { deltaEveryMs } = this.#intervals
    const share = (due - (this.#lastOfAnyKind ?? due) - deltaEveryMs) / greatestJitterMs(deltaEveryMs)
    if (share < 0 || share >= 1) this.#complain(at, `a jitter of ${share} times the greatest`)
    return share
  }

  /** Each interval counts from the start of the last sync of its kind; a full counts as a delta too. */
  #dueTimes(): Record<RunMode, number> {
    const share = this.#jitterShare ?? 0
    const after = (start: number | null, everyMs: number) =>
      start === null ? 0 : start + everyMs + share * greatestJitterMs(everyMs)
    return {
      full: after(this.#lastFull, this.#intervals.fullEveryMs),
      delta: after(this.#lastOfAnyKind, this.#intervals.deltaEveryMs),
    }
  }

  /** What is to run now, one sync alone whatever was missed; null if nothing is. */
  #next(now: number): Expected | null {
    if (this.#paused) return null
    const free = Math.max(this.#freeSince ?? now, this.#workerSince)
    const asked = this.#queue.next()
    if (asked !== null) return { ...asked, from: free }
    const due = this.#dueTimes()
    const from = Math.max(free, Math.min(due.full, due.delta))
    const trigger = this.#lastFull === null ? 'start' : 'schedule'
    const expected = { trigger, models: mainTables, since: null, from } as const
    if (due.full <= now + roundingMs) return { ...expected, mode: 'full' }
    return due.delta <= now + roundingMs ? { ...expected, mode: 'delta' } : null
  }

  #begin(run: BegunRun, at: number): void {
    // A sync that continue-as-new has cut begins again under its own id.
    if (this.#running?.id === run.id) return
    if (this.#running !== null) this.#complain(at, `${wordsOf(run)} beside another`)
    const expected = this.#next(at)
    this.#compare(run, expected, at)
    this.#running = { id: run.id, at, since: expected?.since ?? null }
    const isAsked = run.trigger === 'signal' || run.trigger === 'update'
    this.begun[run.mode][isAsked ? 'asked' : 'schedule']++
    if (isAsked) this.#queue.remove(run.mode)
    if (run.models.length < mainTables.length) return
    if (run.mode === 'full') this.#lastFull = at
    this.#lastOfAnyKind = at
  }

  #compare(run: BegunRun, expected: Expected | null, at: number): void {
    if (expected === null) {
      this.#complain(at, `${wordsOf(run)}, but none was due`)
      return
    }
    const { mode, trigger, models } = run
    const { from, since: _, ...wanted } = expected
    if (!isDeepStrictEqual(wanted, { mode, trigger, models }))
      this.#complain(at, `${wordsOf(run)}, expected ${wordsOf(wanted)}`)
    this.mostLateMs = Math.max(this.mostLateMs, at - from)
    if (at - from > mostLateMs) this.#complain(at, `${wordsOf(run)}, ${(at - from) / 1_000} s late`)
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

const wordsOf = ({ mode, trigger, models }: Omit<BegunRun, 'id'>) =>
  `a ${mode} sync (${trigger}) of ${models.join(', ')}`

const shown = (time: number) => new Date(time).toISOString()
