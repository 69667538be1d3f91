import type { ListName } from './types.ts'

/** One request that came in. `status` is 0 until it is answered, and stays 0 if it never is. */
export interface LoggedRequest {
  method: string
  path: string
  /** The list that was read (also by an item read or a job's stages); undefined elsewhere. */
  stream: ListName | undefined
  query: Record<string, string | string[]>
  page: number | undefined
  perPage: number | undefined
  status: number
  /** Milliseconds since 1970, by the machine's clock. */
  at: number
  /** Names of the headers sent, never their values: one of them is the key. */
  headers: string[]
}

/** What was asked of the server since it started or was reset; the latest 50,000 requests in full. */
export interface RequestLog {
  readonly total: number
  readonly inFlight: number
  readonly maxInFlight: number
  /** Answered requests by status. */
  readonly byStatus: Readonly<Record<number, number>>
  /** All requests by list; those that belong to none are under `other`. */
  readonly byStream: Readonly<Record<string, number>>
  /** The latest requests, oldest first. */
  entries(): LoggedRequest[]
  reset(): void
}

export interface RequestRecorder extends RequestLog {
  /** Notes a request; the answers' callbacks note its status and its end. */
  begin(request: LoggedRequest): { answered(status: number): void; ended(): void }
}

const capacity = 50_000

export function createRequestLog(): RequestRecorder {
  let ring: LoggedRequest[] = []
  let total = 0
  let inFlight = 0
  let maxInFlight = 0
  let byStatus: Record<number, number> = {}
  let byStream: Record<string, number> = {}

  function begin(request: LoggedRequest) {
    ring[total++ % capacity] = request
    maxInFlight = Math.max(maxInFlight, ++inFlight)
    const stream = request.stream ?? 'other'
    byStream[stream] = (byStream[stream] ?? 0) + 1
    const counts = byStatus
    return {
      answered(status: number) {
        request.status = status
        counts[status] = (counts[status] ?? 0) + 1
      },
      ended: () => {
        inFlight--
      },
    }
  }
  return {
    begin,
    get total() {
      return total
    },
    get inFlight() {
      return inFlight
    },
    get maxInFlight() {
      return maxInFlight
    },
    get byStatus() {
      return byStatus
    },
    get byStream() {
      return byStream
    },
    entries: () =>
      total <= capacity ? [...ring] : [...ring.slice(total % capacity), ...ring.slice(0, total % capacity)],
    reset() {
      ring = []
      total = 0
      maxInFlight = inFlight
      byStatus = {}
      byStream = {}
    },
  }
}
