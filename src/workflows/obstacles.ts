import type { LoadedAccount, Obstacle } from '../activities/account.types.ts'
import type { AccountState } from '../database/database-types.ts'
import type { Status } from './messages.ts'

/** How each obstacle shows, to the outside and in the contract's states of `sync.accounts`. */
interface Shown {
  readonly status: Status['state']
  readonly mirrored: AccountState
  /** What ends it. */
  readonly until: string
}

export const obstacles: Record<Obstacle['kind'], Shown> = {
  credentials: {
    status: 'NEEDS_CREDENTIALS',
    mirrored: 'NEEDS_CREDENTIALS',
    until: '`gem-ats-sync account set-key` or the signal `resume`',
  },
  keys: {
    status: 'NEEDS_CREDENTIALS',
    mirrored: 'NEEDS_CREDENTIALS',
    until: 'the keys can be opened; looked at again every hour, at once after the signal `resume`',
  },
  settings: {
    status: 'NEEDS_SETTINGS',
    mirrored: 'PAUSED',
    until: 'they can be read; looked at again every hour, at once after `gem-ats-sync account set`',
  },
}

/** Why an account needs credentials; the error of the last sync says more. */
export const refusedKey: Obstacle = {
  kind: 'credentials',
  why: "Gem refuses the API key, or it is another company's",
}

/** How often an account in need of somebody is looked at, in case no message told of the remedy. */
export const lookAgainMs = 3_600_000

const longestHaltMs = 3_600_000

/** How long to wait once PostgreSQL has kept slices from calling Gem so many times in a row: 0, 1, 2, 4 minutes … an hour. */
export function waitAfterHalts(halts: number): number {
  return halts < 2 ? 0 : Math.min(60_000 * 2 ** (halts - 2), longestHaltMs)
}

/** What stands in the way now, given what stood there before. */
export function obstacleAfter(before: Obstacle | null, loaded: LoadedAccount): Obstacle | null {
  if (loaded.obstacle !== null) return loaded.obstacle
  // Whether Gem takes the key shows only in a call; `account set-key` makes one, and then sets the account ACTIVE.
  const isStillRefused = before?.kind === 'credentials' && loaded.mirrored.state !== 'ACTIVE'
  return isStillRefused ? before : null
}
