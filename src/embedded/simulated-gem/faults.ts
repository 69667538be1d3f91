import { Random } from './generate/random.ts'
import type { ListName } from './types.ts'
import type { World } from './world.ts'

/** Faults that answer something else than what was asked for. */
export const answerFaults = [
  ...(['throttle', 'quota', 'forbidden', 'unauthorized', '400', '401', '403', '404', '409', '413'] as const),
  ...(['422', '500', '502-html', '503', '504', '504-network', 'redirect', 'html', 'empty-body'] as const),
] as const
/** Faults in what a page of a list holds. On other requests they do nothing. */
export const pageFaults = [
  'empty-page',
  'not-array',
  'malformed-record',
  'short-page',
  'wrong-total',
  'repeated-page',
  'ignored-page',
  'ignored-per-page',
  'unpaged',
  'endless',
  'endless-new',
  'drift',
] as const
/** Faults in how an answer gets through. */
export const transportFaults = [
  ...(['reset', 'hang', 'truncated-body', 'truncated-json', 'not-json', 'slow-body'] as const),
  ...(['reset-body', 'slow-loris', 'invalid-utf8', 'broken-gzip', 'gzip-bomb', 'huge-page'] as const),
  ...(['padded-body', 'wrong-content-type', 'wrong-headers'] as const),
] as const

export type AnswerFault = (typeof answerFaults)[number]
export type PageFault = (typeof pageFaults)[number]
export type TransportFault = (typeof transportFaults)[number]
export type FaultKind = AnswerFault | PageFault | TransportFault

/** A fault, which requests it strikes, and what it needs to know. */
export interface Fault {
  kind: FaultKind
  /** Only this list (its items and a job's stages included); by default every list. */
  stream?: ListName
  /** Only this page. */
  page?: number
  /** Only pages of lists, or only single objects. */
  target?: 'list' | 'item'
  /** How many requests it strikes; 1 by default. */
  times?: number | 'always'
  /** How many matching requests it lets pass first; 0 by default. */
  skip?: number
  /** Throttle, quota, 503: the header `Retry-After`, as seconds or as an HTTP date. Absent by default. */
  retryAfter?: number | string
  /** Redirect: where to. */
  location?: string
  /** Malformed record: what stands in the middle of the page; by default a number. */
  element?: unknown
  /** Gzip bomb, huge page, padded body: how many bytes the body has at least; 200, 20 and 10 MB by default. */
  bytes?: number
  /**
   * Ignored per_page: how many rows each page has instead; 3 by default. Short page: how many it lacks; 1 by default.
   * Wrong total: by how many it is too large, or too small if it is negative; 1 by default.
   */
  rows?: number
  /** Wrong headers: what they are instead; null leaves one out. Names in lower case. */
  headers?: Record<string, string | null>
  /** Slow body and slow loris: a few bytes each so many milliseconds; 50 by default. */
  intervalMs?: number
  /**
   * Drift: changes the account just before the page is made, which waits if this takes time. Other faults can strike
   * the same request.
   */
  before?: (world: World) => void | Promise<void>
}

/** Faults that strike any request by chance. The same seed strikes the same requests of a sequence. */
export interface RandomFaults {
  seed: number
  probability: number
  kinds: readonly FaultKind[]
  /** What the faults need to know besides their kind. */
  details?: Omit<Fault, 'kind'>
}

/** What can be made to go wrong, on demand. */
export interface Faults {
  add(fault: Fault): AddedFault
  random(faults: RandomFaults): void
  /** Ends all faults, random ones included. */
  clear(): void
}

export interface AddedFault {
  /** How many requests it has struck. */
  readonly hits: number
  remove(): void
}

/** What is known of a request when faults are chosen for it. */
export interface FaultTarget {
  stream: ListName | undefined
  page: number | undefined
  target: 'list' | 'item'
}

export interface FaultRegistry extends Faults {
  /** The faults that strike this request: any number of drifts, and at most one other. */
  take(request: FaultTarget): Fault[]
}

interface Entry {
  fault: Fault
  toSkip: number
  left: number
  hits: number
}

export function createFaults(): FaultRegistry {
  let entries: Entry[] = []
  let byChance: (RandomFaults & { rng: Random }) | undefined

  function takeEntries(request: FaultTarget): Fault[] {
    const struck: Fault[] = []
    for (const entry of entries) {
      if (entry.left === 0 || !matches(entry.fault, request)) continue
      if (entry.fault.kind !== 'drift' && struck.some(({ kind }) => kind !== 'drift')) continue
      if (entry.toSkip-- > 0) continue
      entry.left--
      entry.hits++
      struck.push(entry.fault)
    }
    entries = entries.filter((entry) => entry.left > 0)
    return struck
  }

  return {
    add(fault) {
      const left = fault.times === 'always' ? Number.POSITIVE_INFINITY : (fault.times ?? 1)
      const entry = { fault, toSkip: fault.skip ?? 0, left, hits: 0 }
      entries.push(entry)
      return {
        get hits() {
          return entry.hits
        },
        remove() {
          entries = entries.filter((other) => other !== entry)
        },
      }
    },
    random(faults) {
      byChance = { ...faults, rng: new Random(faults.seed) }
    },
    clear() {
      entries = []
      byChance = undefined
    },
    take(request) {
      const struck = takeEntries(request)
      if (byChance?.rng.chance(byChance.probability))
        struck.push({ ...byChance.details, kind: byChance.rng.pick(byChance.kinds) })
      return struck
    },
  }
}

function matches(fault: Fault, request: FaultTarget): boolean {
  return (
    (fault.stream === undefined || fault.stream === request.stream) &&
    (fault.page === undefined || fault.page === request.page) &&
    (fault.target === undefined || fault.target === request.target)
  )
}
