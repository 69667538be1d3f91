import type { AccountState, RunState, StreamState } from '../database/database-types.ts'
import type { MainTable, StreamName } from '../streams.ts'

/** What of an account its workflow plans by. */
export interface AccountSchedule {
  readonly state: AccountState
  readonly models: readonly MainTable[]
  readonly deltaEveryMs: number
  readonly fullEveryMs: number
  readonly maxInFlight: number
  /** Whether the server knows our search attributes: setting unknown ones would block the workflow for ever. */
  readonly hasSearchAttributes: boolean
}

export interface StreamEnd {
  readonly stream: StreamName
  readonly state: StreamState
  /** It was read to its end, even if something about it needs a person. */
  readonly wasRead: boolean
  /** For people; null if nothing went wrong. */
  readonly error: string | null
}

export interface FinishRunInput {
  readonly account: string
  readonly runId: string
  readonly streams: readonly StreamEnd[]
  /** What ended the run before its streams did. */
  readonly stoppedBy: 'credentials' | 'cancellation' | null
}

export interface FinishedRun {
  readonly state: RunState
  readonly error: string | null
  readonly changed: readonly string[]
  /** Records of the account that are rejected at present, whichever sync has seen them. */
  readonly rejected: number
}
