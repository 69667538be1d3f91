import type { AccountState, RunState, StreamState } from '../database/database-types.ts'
import type { MainTable, StreamName } from '../streams.ts'

/** How long what was mirrored is kept, in days. */
export interface RetentionDays {
  /** Personal data of deleted candidates; null: for ever. */
  readonly afterDays: number | null
  /** Runs and resolved rejected records. */
  readonly runsAfterDays: number
}

/** What of an account's settings its workflow plans by. */
export interface AccountSchedule {
  readonly models: readonly MainTable[]
  readonly deltaEveryMs: number
  readonly fullEveryMs: number
  readonly maxInFlight: number
  readonly retention: RetentionDays
}

/** What keeps an account from being synced until somebody changes something; no call to Gem is made meanwhile. */
export interface Obstacle {
  /**
   * `credentials`: Gem refuses the key, or it is another company's. `keys`: the stored keys cannot be opened.
   * `settings`: the stored settings cannot be read.
   */
  readonly kind: 'credentials' | 'keys' | 'settings'
  /** For people: names the account and what is wrong with it. */
  readonly why: string
}

/** The account's state as PostgreSQL has it. */
export interface MirroredState {
  readonly state: AccountState
  readonly reason: string | null
}

/** What the workflow looks at before each sync: how to plan, or what stands in the way. */
export type LoadedAccount = {
  readonly mirrored: MirroredState
  /** Grows with each new key. */
  readonly keyVersion: number
  /** Whether the server knows our search attributes: setting unknown ones would block the workflow for ever. */
  readonly hasSearchAttributes: boolean
} & (
  | { readonly schedule: AccountSchedule; readonly obstacle: null }
  | { readonly schedule: null; readonly obstacle: Obstacle }
)

export interface AppliedRetention {
  /** The settings by which it was done. */
  readonly by: RetentionDays
  /** Rows and rejected records that were blanked. */
  readonly blanked: number
  /** Runs and rejected records that were deleted. */
  readonly pruned: number
  /** False: there is more to do. */
  readonly done: boolean
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
