import type { RunMode } from '../../../src/database/database-types.ts'
import type { ServerName } from './servers.ts'

/** What is struck, or how. `zombie`: a worker stands still until another one has taken over, and goes on then. */
export type StrikeKind =
  | ServerName
  | 'worker'
  | 'zombie'
  | 'cut before COMMIT'
  | 'cut after COMMIT'
  | 'both databases'

/** Of one of the accounts; the others are amid their syncs. */
export type Circumstance = 'amid' | 'limited' | 'paused'

export interface Card {
  readonly kind: StrikeKind
  readonly circumstance: Circumstance
}

export interface Strike extends Card {
  readonly number: number
  /** Transactions of workers that were under way. */
  readonly transactions: number
  /** Syncs that were under way. */
  readonly rounds: readonly Round[]
  readonly problems: string[]
}

/** One sync of one account, from the request until it was looked at. */
export interface Round {
  readonly account: string
  readonly number: number
  readonly mode: RunMode
  strikes: number
  /** The last time; before the first, when it began. In milliseconds since the epoch. */
  struckAt: number
  /** Calls to Gem beyond those of an undisturbed sync that the strikes so far may have cost. */
  mayWaste: number
  readonly problems: string[]
}
