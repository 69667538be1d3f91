import type { Fault, SimulatedGem, Switches } from '../../../src/embedded/simulated-gem/index.ts'
import type { GemClientOptions } from '../../../src/gem/client.ts'
import type { StreamName } from '../../../src/streams.ts'

/** Something that goes wrong with one of Gem's lists, and how a sync of it has to end. */
export interface FaultCase {
  readonly name: string
  /** What strikes the list: every request, unless the fault says otherwise. */
  readonly faults?: readonly Fault[]
  readonly switches?: Partial<Switches>
  readonly client?: (gem: SimulatedGem) => Partial<GemClientOptions>
  /** Null: all is read. Else the list fails, with words that match after those that name the call. */
  readonly says: RegExp | null
  /** It fails as a whole, for less has come than was announced: no call is named. */
  readonly isShort?: true
  /** Calls at most beyond those of an undisturbed sync. */
  readonly extraCalls: number
  /** Failures in a row after which the list is given up; fewer than usual where each takes its time. */
  readonly tries?: number
  /** It hides something that no client can notice: the next full sync brings it, and not the next delta. */
  readonly hides?: true
  /** Only where records are looked up one by one. */
  readonly looks?: true
  /** Lists on which it does no harm. */
  readonly spares?: readonly StreamName[]
}

/** Failed slices in a row after which a list is given up for a sync. */
export const attempts = 6

/** Calls that this takes at most: the first slice makes its call four times. */
export const failedCalls = attempts + 3

type Details = Partial<Fault> & { readonly name?: string }

/** Every request for the second page is struck. */
export function persists(
  kind: Fault['kind'],
  says: RegExp,
  details: Details = {},
  more: Partial<FaultCase> = {},
): FaultCase {
  const { name = kind, ...fault } = details
  const faults = [{ kind, page: 2, ...fault }]
  return { name: `${name}, whenever page 2 is asked for`, faults, says, extraCalls: failedCalls, ...more }
}

/** The second request is struck, and those after it if it says so. */
export function passes(kind: Fault['kind'], details: Details = {}, more: Partial<FaultCase> = {}): FaultCase {
  const { name = kind, ...fault } = details
  const times = typeof fault.times === 'number' ? fault.times : 1
  const faults = [{ kind, skip: 1, ...fault, times }]
  const often = times === 1 ? 'once' : `${times} times`
  return { name: `${name}, ${often}`, faults, says: null, extraCalls: times, ...more }
}

/** Two passes over the list, the second one past empty pages, show less than was announced. */
export function comesShort(
  name: string,
  details: Omit<FaultCase, 'name' | 'says' | 'extraCalls' | 'isShort'> & { readonly extraCalls?: number },
): FaultCase {
  const says = /^Gem announced \d+ records and returned \d+$/
  return { name, says, isShort: true, extraCalls: 20, ...details }
}

/** All is read although something is odd. */
export function isBorne(
  name: string,
  details: Omit<FaultCase, 'name' | 'says' | 'extraCalls'> & { readonly extraCalls?: number },
): FaultCase {
  return { name, says: null, extraCalls: 0, ...details }
}
